import { audit, type CauseCases, journalled, kernel, prompted, raw, slog } from './case.ts';

/** Another program that is written in Go. */
const ofAnother = `[signal SIGSEGV: segmentation violation code=0x1 addr=0x40 pc=0x534be8]
panic: runtime error: invalid memory address or nil pointer dereference
goroutine 36 [running]:
github.com/acme/pinger.(*Checks).List(0xc420134020, 0x0)
\t/go/src/github.com/acme/pinger/checks.go:50 +0x1a1`;

/** Box 4. */
export const failures: CauseCases = {
  'cpu-instruction': {
    formats: [
      raw('llama runner process has terminated: exit status 0xc000001d'),
      raw('llama-server process has terminated: signal: illegal instruction (core dumped)'),
    ],
    nearMisses: [
      slog('llama runner terminated', 'ERROR', ' error="exit status 0xc0000005"'),
      prompted('illegal instruction'),
    ],
  },
  'gpu-oom': {
    formats: [
      raw(
        'ggml_backend_cuda_buffer_type_alloc_buffer: allocating 120.28 MiB on device 0: cudaMalloc failed: out of memory',
      ),
      raw('CUDA error: out of memory'),
      raw('llama_model_load: error loading model: unable to allocate CUDA0 buffer'),
      slog('llama-server reported out-of-memory during startup', 'WARN'),
    ],
    nearMisses: [
      raw('ggml_aligned_malloc: insufficient memory (attempted to allocate 4096.00 MB)'),
      slog('new model will fit in available VRAM in single GPU, loading', 'INFO'),
      prompted('cudaMalloc failed: out of memory'),
    ],
  },
  'host-oom-killed': {
    formats: [
      kernel('Out of memory: Killed process 10198 (ollama) total-vm:23467012kB'),
      journalled('oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),task_memcg=/x,task=llama-server,pid=77,uid=0'),
      kernel('Out of memory: Kill process 4242 (ollama_llama_se) score 812 or sacrifice child'),
      raw('ollama.service: A process of this unit has been killed by the OOM killer.'),
    ],
    nearMisses: [
      kernel('Out of memory: Killed process 4 (chrome) total-vm:1kB'),
      prompted('Killed process 9 (ollama)'),
    ],
  },
  'kv-cache-alloc-fail': {
    formats: [
      raw('ggml_aligned_malloc: insufficient memory (attempted to allocate 4096.00 MB)'),
      raw('llama_kv_cache_init: failed to allocate buffer for kv cache'),
    ],
    nearMisses: [raw('llama_kv_cache_init:        CPU KV buffer size =   224.00 MiB')],
  },
  'model-unsupported': {
    formats: [
      raw("llama_model_load: error loading model: unknown model architecture: 'fooba'"),
      raw('GGML_ASSERT(hparams.n_embd_head_k % ggml_blck_size(type_k) == 0) failed'),
    ],
    nearMisses: [
      raw('GGML_ASSERT(n_tokens_all <= cparams.n_batch) failed'),
      raw('print_info: arch             = llama'),
    ],
  },
  panic: {
    formats: [
      raw('panic: runtime error: index out of range [5] with length 5'),
      raw('2026/11/25 08:00:00 [Recovery] 2026/11/25 - 08:00:00 panic recovered:'),
      raw('github.com/ollama/ollama/envconfig.AsMap()\n\tgithub.com/ollama/ollama/envconfig/config.go:241 +0x713'),
      slog('server crash 3 - exit code 2 - respawning', 'WARN'),
      raw('Nov 25 08:00:00 box systemd[1]: ollama.service: Main process exited, code=exited, status=2/INVALIDARGUMENT'),
    ],
    nearMisses: [
      prompted('panic: at the disco'),
      raw(ofAnother),
      raw('nfs-ganesha.service: Main process exited, code=exited, status=2/INVALIDARGUMENT'),
    ],
  },
  'runner-crash-segv': {
    formats: [
      raw('created by github.com/ollama/ollama/runner/llamarunner.Execute in goroutine 1'),
      slog('llama runner terminated', 'ERROR', ' error="exit status 0xc0000409"'),
      slog('llama-server process no longer running', 'WARN', ' sys=9 string="signal: killed"'),
      raw('SIGSEGV: segmentation violation'),
      // In a library of Ollama's, after a line that names another repository.
      raw(
        'see https://github.com/ggml-org/llama.cpp/pull/17869\nSIGSEGV: segmentation violation\ngoroutine 7 [running]:\ngithub.com/dlclark/regexp2.(*runner).scan(0xc0001)\n\t/go/pkg/mod/github.com/dlclark/regexp2@v1.11.4/runner.go:130 +0x1d1',
      ),
      audit({ outcome: 'upstream_error', status: 200, ttft: 0.3, error: 'upstream_error' }),
    ],
    nearMisses: [
      raw('llama.go:525: llama runner stopped successfully'),
      audit({ outcome: 'upstream_error', status: 502, ttft: null, error: 'upstream_error' }),
      slog('llama runner started in 2.12 seconds', 'INFO'),
      prompted('SIGSEGV'),
      raw(ofAnother),
    ],
  },
  'runner-lib-missing': {
    formats: [
      raw('llama-server: error while loading shared libraries: libcudart.so.12: cannot open shared object file'),
      raw('/server: error while loading shared libraries: libcuda.so.1: cannot open shared object file'),
      slog('llama runner process has terminated: exit status 127'),
    ],
    nearMisses: [
      slog('llama runner process has terminated: exit status 2'),
      raw('load_backend: loaded CPU backend'),
      raw(
        "ERROR: ld.so: object 'libx.so' from LD_PRELOAD cannot be preloaded (cannot open shared object file): ignored.",
      ),
      raw('scanner: error while loading shared libraries: libscan.so.21: cannot open shared object file'),
    ],
  },
  'sys-mem-insufficient': {
    formats: [
      raw('{"error": "model requires more system memory (8.4 GiB) than is available (7.7 GiB)"}'),
      slog('model request too large for system', 'WARN', ' requested="12.7 GiB" available="3.6 GiB"'),
      slog('Load failed', 'INFO', ' error="model is too large for system memory"'),
      raw('Error: requested model (8.4 GiB) is too large for this system (1.9 GiB)'),
      raw('alloc_tensor_range: failed to allocate CPU buffer of size 3774873600'),
    ],
    nearMisses: [
      slog('system memory', 'INFO', ' total="23.5 GiB" free="20.4 GiB"'),
      prompted('model requires more system memory'),
      raw(
        'alloc_tensor_range: failed to allocate CPU buffer of size 3774873600\nllama_kv_cache: failed to allocate buffer for kv cache',
      ),
    ],
  },
};
