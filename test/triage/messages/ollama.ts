import type { Message } from './message.ts';

const at = 'time=2026-03-04T05:06:07.123Z level=ERROR source=sched.go:512';
const warn = 'time=2026-03-04T05:06:07.123+08:00 level=WARN source=server.go:1031';

/** What Ollama, its runners and the libraries below them print, from their sources of several years. */
export const ollamaMessages: readonly Message[] = [
  // ollama ps
  [
    'NAME               ID              SIZE     PROCESSOR    CONTEXT    UNTIL\ngpt-oss:20b        aa4295ac10c3    14 GB    100% GPU     32768      Stopping...',
    'runner-hang',
  ],
  [
    'NAME          ID              SIZE      PROCESSOR          UNTIL\nllama3:70b    786f3184aec0    41 GB     100% CPU     Stopping...',
    'runner-hang',
  ],
  // llm/server.go, llm/llama_server.go
  [
    `${at} msg="error loading llama server" error="llama-server process has terminated: signal: segmentation fault (core dumped)"`,
    'runner-crash-segv',
  ],
  [
    `${at} msg="error loading llama server" error="llama runner process has terminated: signal: bus error (core dumped)"`,
    'runner-crash-segv',
  ],
  [
    `${at} msg="error loading llama server" error="llama runner process has terminated: signal: illegal instruction (core dumped)"`,
    'cpu-instruction',
  ],
  [`${at} msg="llama-server terminated" error="exit status 0xc0000005"`, 'runner-crash-segv'],
  [
    `${at} msg="error loading llama server" error="llama runner process has terminated: exit status 0xc0000409"`,
    'runner-crash-segv',
  ],
  [
    `${at} msg="error loading llama server" error="llama runner process has terminated: exit status 0xc000001d"`,
    'cpu-instruction',
  ],
  [
    `${at} msg="error loading llama server" error="llama runner process has terminated: exit status 0xc0000135"`,
    'runner-lib-missing',
  ],
  [
    `${at} msg="error loading llama server" error="llama runner process has terminated: exit status 127"`,
    'runner-lib-missing',
  ],
  [`${at} msg="llama-server terminated" error="signal: killed"`, 'runner-crash-segv'],
  [
    `${at} msg="error loading llama server" error="llama-server process has terminated: exit status 1: cudaMalloc failed: out of memory"`,
    'gpu-oom',
  ],
  [
    `${at} msg="error loading llama server" error="llama-server reported out-of-memory during startup: ggml_vulkan: Device memory allocation failed"`,
    'gpu-oom',
  ],
  [`${warn} msg="runtime OOM detected; expiring loaded models to clear memory before next request"`, 'gpu-oom'],
  [
    `${at} msg="error loading llama server" error="timed out waiting for llama-server to start - progress 0.31"`,
    'model-load-timeout',
  ],
  [
    `${at} msg="error loading llama server" error="timed out waiting for llama runner to start - progress 0.00 - "`,
    'model-load-timeout',
  ],
  [
    `${at} msg="error loading llama server" error="timed out waiting for llama-server to start: context deadline exceeded"`,
    'model-load-timeout',
  ],
  [
    `${at} msg="error loading llama server" error="llama-server binary not found (checked: /usr/local/lib/ollama/llama-server)"`,
    'runner-lib-missing',
  ],
  [
    `${at} msg="error loading llama server" error="model requires more system memory (41.7 GiB) than is available (30.9 GiB)"`,
    'sys-mem-insufficient',
  ],
  [
    'Error: 500 Internal Server Error: model requires more system memory (9.3 GiB) than is available (5.1 GiB)',
    'sys-mem-insufficient',
  ],
  [
    'Error: model runner has unexpectedly stopped, this may be due to resource limitations or an internal error, check ollama server logs for details',
    'runner-crash-segv',
  ],
  ['{"error":"server busy, please try again.  maximum pending requests exceeded"}', 'queue-full'],
  [`${warn} msg="client connection closed before llama-server finished loading, aborting load"`, 'client-abort'],
  [`${warn} msg="client connection closed before server finished loading, aborting load"`, 'client-abort'],
  [`${warn} msg="truncating input prompt" limit=4096 prompt=9120 keep=4 new=4096`, 'context-truncated'],
  [
    'time=2026-03-04T05:06:07.123Z level=DEBUG source=runner.go:440 msg="context limit hit - shifting" id=0 limit=4096 input=4096 keep=4 discard=2046',
    'context-truncated',
  ],
  [
    'time=2026-03-04T05:06:07.123Z level=INFO source=routes.go:1377 msg="streamResponse: w.Write failed with write tcp 127.0.0.1:11434->127.0.0.1:53918: write: broken pipe"',
    'client-abort',
  ],
  [
    'time=2026-03-04T05:06:07.123Z level=INFO source=routes.go:1377 msg="streamResponse: w.Write failed with write tcp 127.0.0.1:11434->127.0.0.1:53918: wsasend: An existing connection was forcibly closed by the remote host."',
    'client-abort',
  ],
  ['{"error":"input exceeds maximum context length and cannot be truncated further"}', 'context-truncated'],
  [
    "Error: llama-server process has terminated: exit status 1: error loading model: error loading model architecture: unknown model architecture: 'mistral9'",
    'model-unsupported',
  ],
  [
    "llama_model_load: error loading model: error loading model vocabulary: unknown pre-tokenizer type: 'glm9'",
    'model-unsupported',
  ],
  [
    'Error: pull model manifest: 412: The model you are attempting to pull requires a newer version of Ollama.',
    'model-unsupported',
  ],
  ['Error: digest mismatch, file must be downloaded again: want sha256:aa, got sha256:bb', 'model-file-corrupt'],
  ['Error: supplied file was not in GGUF format', 'model-file-corrupt'],
  [
    "llama_model_load: error loading model: tensor 'blk.61.ffn_down.weight' data is not within the file bounds, model is corrupted or incomplete",
    'model-file-corrupt',
  ],
  ['gguf_init_from_file: failed to read magic', 'model-file-corrupt'],
  [
    'llama_model_load: error loading model: llama_model_loader: failed to load model from /models/blobs/sha256-0',
    'model-file-corrupt',
  ],
  [
    'Error: max retries exceeded: write /var/lib/ollama/models/blobs/sha256-12-partial-3: no space left on device',
    'disk-full',
  ],
  [
    'Error: mkdir /mnt/nvme/ollama/blobs: permission denied: ensure path elements are traversable',
    'model-store-permission',
  ],
  ['Error: open /usr/share/ollama/.ollama/id_ed25519: permission denied', 'model-store-permission'],
  [
    '[GIN] 2026/03/04 - 05:06:07 | 404 |   1.2ms | 127.0.0.1 | POST "/api/chat"\n{"error":"model \'qwen3:32b\' not found"}',
    'model-missing',
  ],
  ['{"error":"model \\"llama3:70b\\" not found, try pulling it first"}', 'model-missing'],
  ['Error: listen tcp 127.0.0.1:11434: bind: address already in use', 'port-in-use'],
  [
    'Error: listen tcp 127.0.0.1:11434: bind: Only one usage of each socket address (protocol/network address/port) is normally permitted.',
    'port-in-use',
  ],
  [`${warn} msg="prediction aborted, token repeat limit reached"`, 'repeated-token-abort'],
  // discover/
  [
    'time=2026-03-04T05:06:07Z level=INFO source=gpu.go:386 msg="no compatible GPUs were discovered"',
    'gpu-not-detected',
  ],
  [
    `${warn} msg="unable to load cuda driver library" library=/usr/lib64/libcuda.so.450.80.02 error="symbol lookup for cuCtxCreate_v3 failed: /usr/lib64/libcuda.so.450.80.02: undefined symbol: cuCtxCreate_v3"`,
    'gpu-not-detected',
  ],
  [`${warn} msg="llama-server GPU discovery watchdog timed out"`, 'gpu-not-detected'],
  [`${warn} msg="llama-server discovery: timed out waiting for server startup" lines_captured=0`, 'gpu-not-detected'],
  [`${warn} msg="AMD driver is too old. Update your AMD driver to enable GPU inference."`, 'gpu-not-detected'],
  // runner/
  ['panic: runtime error: index out of range [7] with length 7\n\ngoroutine 11 [running]:', 'panic'],
  [
    'panic: runtime error: invalid memory address or nil pointer dereference\n[signal SIGSEGV: segmentation violation code=0x1 addr=0x8 pc=0x5]',
    'panic',
  ],
  ['fatal error: concurrent map read and map write', 'panic'],
  ['fatal error: all goroutines are asleep - deadlock!', 'panic'],
  ['ggml.c:12: GGML_ASSERT(cgraph->n_nodes < cgraph->size) failed', 'runner-crash-segv'],
  [
    'SIGSEGV: segmentation violation\nPC=0x7f1 m=5 sigcode=1 addr=0x0\nsignal arrived during cgo execution',
    'runner-crash-segv',
  ],
  ['llama_kv_cache_init: failed to allocate buffer for kv cache', 'kv-cache-alloc-fail'],
  [
    'llama_init_from_model: failed to initialize the context: failed to allocate buffer for kv cache',
    'kv-cache-alloc-fail',
  ],
  ['ggml_gallocr_reserve_n: failed to allocate CUDA0 buffer of size 8455716864', 'gpu-oom'],
  [
    'ggml_backend_cuda_buffer_type_alloc_buffer: allocating 512.00 MiB on device 1: cudaMalloc failed: out of memory',
    'gpu-oom',
  ],
  [
    'ggml_backend_cpu_buffer_type_alloc_buffer: failed to allocate buffer of size 437944320\nllama_model_load: error loading model: unable to allocate CPU buffer',
    'sys-mem-insufficient',
  ],
  // ggml-cuda: cudaGetErrorString
  ['CUDA error: out of memory\n  current device: 0, in function alloc at ggml-cuda.cu:395', 'gpu-oom'],
  [
    'CUDA error: an illegal memory access was encountered\n  current device: 0, in function ggml_backend_cuda_synchronize at ggml-cuda.cu:2360',
    'cuda-error',
  ],
  ['CUDA error: unspecified launch failure\n  current device: 1', 'cuda-error'],
  ['CUDA error: misaligned address', 'cuda-error'],
  ['CUDA error: an illegal instruction was encountered', 'cuda-error'],
  ['CUDA error: invalid argument\n  current device: 0', 'cuda-error'],
  ['CUDA error: device kernel image is invalid', 'cuda-arch-mismatch'],
  ['CUDA error: no kernel image is available for execution on the device', 'cuda-arch-mismatch'],
  ['CUDA error: the provided PTX was compiled with an unsupported toolchain.', 'cuda-arch-mismatch'],
  ['CUDA error: CUDA driver version is insufficient for CUDA runtime version', 'driver-mismatch'],
  ['CUDA error: unknown error\n  current device: 0', 'cuda-error'],
  ['CUDA error: uncorrectable ECC error encountered\n  current device: 0', 'gpu-ecc-xid'],
  ['CUDA error: the launch timed out and was terminated', 'gpu-hang-watchdog'],
  ['CUBLAS_STATUS_NOT_INITIALIZED', 'cuda-error'],
  [
    'CUDA error: CUBLAS_STATUS_EXECUTION_FAILED\n  current device: 0, in function ggml_cuda_op_mul_mat_cublas',
    'cuda-error',
  ],
  ['CUDA error: CUBLAS_STATUS_ALLOC_FAILED', 'gpu-oom'],
  ['cuDNN error: CUDNN_STATUS_INTERNAL_ERROR', 'cuda-error'],
  // ROCm, Vulkan, Metal
  ['ROCm error: out of memory\n  current device: 0, in function alloc', 'gpu-oom'],
  ['hipErrorNoBinaryForGpu: Unable to find code object for all current devices!', 'cuda-arch-mismatch'],
  [
    'rocBLAS error: Cannot read /opt/rocm/lib/rocblas/library/TensileLibrary.dat: No such file or directory for GPU arch : gfx1032',
    'cuda-arch-mismatch',
  ],
  [
    'ggml_vulkan: Device memory allocation of size 2147483648 failed.\nggml_vulkan: vk::Device::allocateMemory: ErrorOutOfDeviceMemory',
    'gpu-oom',
  ],
  [
    "terminate called after throwing an instance of 'vk::DeviceLostError'\n  what():  vk::Queue::submit: ErrorDeviceLost",
    'cuda-error',
  ],
  ['error: Insufficient Memory (00000008:kIOGPUCommandBufferCallbackErrorOutOfMemory)', 'gpu-oom'],
  // the loader
  [
    '/usr/lib/ollama/llama-server: error while loading shared libraries: libcudart.so.13: cannot open shared object file: No such file or directory',
    'runner-lib-missing',
  ],
  [
    "ollama: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.38' not found (required by ollama)",
    'runner-lib-missing',
  ],
  // benign
  [`${warn} msg="gpu VRAM usage didn't recover within timeout" seconds=5.1`, 'vram-recover-warning'],
  [`${warn} msg="requested context size too large for model" num_ctx=65536 n_ctx_train=40960`, undefined],
  [`${warn} msg="invalid option provided" option=tfs_z`, undefined],
  [`${warn} msg="potentially incompatible library detected in PATH"`, undefined],
  [`${warn} msg="model architecture does not currently support parallel requests" architecture=mllama`, undefined],
  ['time=2026-03-04T05:06:07Z level=INFO source=images.go:432 msg="total unused blobs removed: 0"', undefined],
  [
    'time=2026-03-04T05:06:07Z level=INFO source=types.go:42 msg="inference compute" library=CUDA compute=12.0 name=CUDA0 description="NVIDIA GeForce RTX 5090" total="31.8 GiB" available="30.9 GiB"',
    undefined,
  ],
  ['load_backend: loaded CUDA backend from /usr/lib/ollama/cuda_v12/libggml-cuda.so', undefined],
  [
    'llama_context: n_ctx_per_seq (4096) < n_ctx_train (131072) -- the full capacity of the model will not be utilized',
    undefined,
  ],
  ['[GIN] 2026/03/04 - 05:06:07 | 200 |  4.0131ms |  127.0.0.1 | GET  "/api/tags"', undefined],
];
