import { describe, expect, test } from 'vitest';
import { diagnoseText } from '../../src/triage/diagnose.ts';
import { type Shape, shapes } from './shapes.ts';

const of: Readonly<Record<NonNullable<Shape['only']> | 'any', readonly (readonly [text: string, cause: string])[]>> = {
  answer: [
    ['model requires more system memory (41.7 GiB) than is available (30.9 GiB)', 'sys-mem-insufficient'],
    ['llama runner process has terminated: cudaMalloc failed: out of memory', 'gpu-oom'],
    ['llama-server process has terminated: exit status 0xc0000005', 'runner-crash-segv'],
    ['llama runner process has terminated: signal: aborted (core dumped)', 'runner-crash-segv'],
    ['server busy, please try again.  maximum pending requests exceeded', 'queue-full'],
    ['model "qwen3:32b" not found, try pulling it first', 'model-missing'],
    ["model 'qwen3:32b' not found", 'model-missing'],
    ['timed out waiting for llama runner to start - progress 0.31 - ', 'model-load-timeout'],
    ['the input length exceeds the context length', 'context-truncated'],
    [
      "llama runner process has terminated: error loading model: unknown model architecture: 'qwen3next'",
      'model-unsupported',
    ],
    ['llama runner process has terminated: CUDA error: an illegal memory access was encountered', 'cuda-error'],
    ['max retries exceeded: write /models/blobs/sha256-12-partial-3: no space left on device', 'disk-full'],
  ],
  kernel: [
    ['NVRM: Xid (PCI:0000:41:00): 79, pid=812, GPU has fallen off the bus.', 'gpu-lost-xid'],
    ['NVRM: Xid (PCI:0000:41:00): 31, pid=812, name=ollama, Ch 00000018, intr 00000000. MMU Fault', 'cuda-error'],
    ['Out of memory: Killed process 812 (ollama) total-vm:81234567kB, anon-rss:61234567kB', 'host-oom-killed'],
    ['nf_conntrack: nf_conntrack: table full, dropping packet', 'conntrack-full'],
    ['amdgpu 0000:03:00.0: amdgpu: GPU reset begin!', 'gpu-hang-watchdog'],
    [
      'llama-server[812]: segfault at 8 ip 00007f2b sp 00007ffc error 4 in libggml-cuda.so[7f2b+1000]',
      'runner-crash-segv',
    ],
    ['INFO: task ollama:812 blocked for more than 120 seconds.', 'host-mem-thrash'],
    ['NVRM: GPU 0000:01:00.0: RmInitAdapter failed! (0x22:0x56:884)', 'driver-not-loaded'],
  ],
  any: [
    ['CUDA error: an illegal memory access was encountered', 'cuda-error'],
    [
      'ggml_backend_cuda_buffer_type_alloc_buffer: allocating 512.00 MiB on device 1: cudaMalloc failed: out of memory',
      'gpu-oom',
    ],
    [
      'time=2026-05-06T07:08:09.123Z level=ERROR source=sched.go:456 msg="error loading llama server" error="llama runner process has terminated: exit status 2"',
      'runner-crash-segv',
    ],
    [
      'time=2026-05-06T07:08:09.123Z level=WARN source=runner.go:153 msg="truncating input prompt" limit=4096 prompt=6537',
      'context-truncated',
    ],
    ['Error: listen tcp 127.0.0.1:11434: bind: address already in use', 'port-in-use'],
    ['panic: runtime error: index out of range [5] with length 5', 'panic'],
    ['Failed to initialize NVML: Driver/library version mismatch', 'driver-mismatch'],
    ["NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.", 'driver-not-loaded'],
    [
      '2026/05/06 07:08:09 [error] 31#31: *4411 upstream timed out (110: Connection timed out) while reading response header from upstream, client: 198.51.100.9, server: ai.example.org, request: "POST /v1/chat/completions HTTP/1.1", upstream: "http://10.0.0.4:18789/v1/chat/completions", host: "ai.example.org"',
      'upstream-timeout',
    ],
    [
      '2026/05/06 07:08:09 [error] 31#31: *4411 connect() failed (111: Connection refused) while connecting to upstream, client: 198.51.100.9, server: ai.example.org, request: "GET / HTTP/1.1"',
      'upstream-refused',
    ],
    [
      'nginx: [emerg] cannot load certificate "/etc/ssl/a.pem": BIO_new_file() failed (SSL: error:80000002:system library::No such file or directory)',
      'cert-missing',
    ],
    ['Failed to renew certificate ai.example.org with error: Some challenges have failed.', 'cert-renewal-failed'],
    ['dial tcp 127.0.0.1:11434: connect: connection refused', 'service-down'],
  ],
};

describe.each(shapes)('$name', ({ of: shape, only }) => {
  const messages = only === undefined ? Object.values(of).flat() : of[only];
  test.each(messages)('%s', async (text, cause) => {
    const { verdict } = await diagnoseText(shape(text), { source: 'pasted' });
    expect(verdict.cause).toBe(cause);
  });
});
