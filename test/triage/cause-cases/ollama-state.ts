import { access, audit, type CauseCases, gin, kernel, nginx, prompted, raw, slog } from './case.ts';

const starts = (...contexts: number[]) =>
  contexts
    .map(
      (size) =>
        `msg="starting llama-server" cmd="llama-server --model /blobs/sha256-a6b2 --port 4586 -c ${size} -np 1"`,
    )
    .join('\n');

const steps = (...seconds: number[]) =>
  seconds.map((took) => gin(200, `${took}.5s`, undefined, `08:00:${String(took).padStart(2, '0')}`)).join('\n');

/** Box 3. */
export const ollamaState: CauseCases = {
  'client-abort': {
    formats: [
      slog('aborting completion request due to client closing the connection', 'INFO'),
      raw(gin(499, '12.2s')),
      raw(gin(500, '30.003s')),
      access(499, 0),
      audit({ outcome: 'aborted', status: 200, aborted: true, response_time: 30 }),
    ],
    nearMisses: [
      raw(gin(500, '3.51s')),
      audit({ outcome: 'aborted', status: 200, aborted: true, response_time: 0.4 }),
      prompted('context canceled'),
      // What fails more often than callers leave is what is wrong.
      ['nginx-access', [access(500, 170), access(500, 170), access(499, 0)].map(([, line]) => line).join('\n')],
    ],
  },
  'context-truncated': {
    formats: [
      slog('truncating input prompt', 'WARN', ' limit=4096 prompt=6537 keep=4 new=4096'),
      slog('truncating input prompt', 'WARN', ' limit=2048 prompt=3076'),
    ],
    nearMisses: [slog('context limit hit - shifting', 'DEBUG'), prompted('truncating input prompt')],
  },
  'cpu-offload-slow': {
    formats: [
      raw('llama_model_load_internal: offloaded 20/35 layers to GPU'),
      slog('offload to cuda', 'INFO', ' layers.requested=-1 layers.model=65 layers.offload=40 layers.split=""'),
      ['ollama-api', 'qwen3:32b has 10.2 of 21.5 GiB in GPU memory'],
      slog(
        'load',
        'INFO',
        ' request="{Operation:commit LoraPath:[] Parallel:1 BatchSize:512 FlashAttention:Enabled KvSize:65536 KvCacheType: NumThreads:8 GPULayers:21[ID:GPU-0d1f Layers:21(27..47)] MultiUserCache:false ProjectorPath: MainGPU:0 UseMmap:false}"',
      ),
      slog(
        'load',
        'INFO',
        ' request="{Operation:commit LoraPath:[] Parallel:1 BatchSize:512 FlashAttention:Enabled KvSize:65536 KvCacheType: NumThreads:8 GPULayers:40[ID:GPU-0d1f Layers:20(25..44) ID:GPU-9a07 Layers:20(45..64)] MultiUserCache:false ProjectorPath: MainGPU:0 UseMmap:false}"',
      ),
      raw(
        'time=2026-05-06T07:08:09.123Z level=INFO source=device.go:251 msg="kv cache" device=CUDA0 size="2.6 GiB"\ntime=2026-05-06T07:08:09.123Z level=INFO source=device.go:256 msg="kv cache" device=CPU size="3.4 GiB"',
      ),
    ],
    nearMisses: [
      raw('load_tensors: offloaded 65/65 layers to GPU'),
      raw('load_tensors: offloaded 0/7 layers to GPU'),
      slog(
        'load',
        'INFO',
        ' request="{Operation:commit LoraPath:[] Parallel:1 BatchSize:512 FlashAttention:Enabled KvSize:65536 KvCacheType: NumThreads:8 GPULayers:49[ID:GPU-0d1f Layers:25(0..24) ID:GPU-9a07 Layers:24(25..48)] MultiUserCache:false ProjectorPath: MainGPU:0 UseMmap:false}"',
      ),
      slog(
        'load',
        'INFO',
        ' request="{Operation:commit LoraPath:[] Parallel:1 BatchSize:512 FlashAttention:Enabled KvSize:65536 KvCacheType: NumThreads:8 GPULayers:5[ID:GPU-0d1f Layers:5(2..6)] MultiUserCache:false ProjectorPath: MainGPU:0 UseMmap:false}"',
      ),
      slog(
        'load',
        'INFO',
        ' request="{Operation:commit LoraPath:[] Parallel:1 BatchSize:512 FlashAttention:Enabled KvSize:65536 KvCacheType: NumThreads:8 GPULayers:[] MultiUserCache:false ProjectorPath: MainGPU:0 UseMmap:false}"',
      ),
      raw(
        'time=2026-05-06T07:08:09.123Z level=INFO source=device.go:251 msg="kv cache" device=CUDA0 size="2.6 GiB"\ntime=2026-05-06T07:08:09.123Z level=INFO source=device.go:256 msg="kv cache" device=CUDA1 size="3.4 GiB"',
      ),
      ['ollama-api', 'qwen3:32b has 21.5 of 21.5 GiB in GPU memory'],
    ],
  },
  'hot-queue-wait': {
    formats: [audit({ outcome: 'ok', status: 200, queue_time: 9.5, response_time: 11 }), raw(steps(2, 4, 6, 8, 10))],
    nearMisses: [
      audit({ outcome: 'ok', status: 200, queue_time: 0.4, response_time: 11 }),
      // As many at once, but each as quick as the first.
      raw([2, 2, 2, 2, 2].map((took) => gin(200, `${took}.5s`)).join('\n')),
      // One waited for its model.
      raw(['18.1ms', '19.1ms', '27.2ms', '3.358s'].map((took) => gin(200, took)).join('\n')),
    ],
  },
  'ollama-slow': {
    formats: [
      audit({ outcome: 'ok', status: 200, stream: true, ttft: 8.2, queue_time: 0.1, response_time: 12 }),
      audit({ outcome: 'ok', status: 200, stream: false, decode_time: 1, queue_time: 0, response_time: 9 }),
      ['inflight', 'request r1 started at 2026-11-25T08:00:00Z and has no end line'],
    ],
    nearMisses: [
      // All of its time went into our own queue, or into the answer itself.
      audit({ outcome: 'ok', status: 200, stream: true, ttft: 8.2, queue_time: 8, response_time: 12 }),
      audit({ outcome: 'ok', status: 200, stream: false, decode_time: 40, queue_time: 0, response_time: 41 }),
    ],
  },
  'port-in-use': {
    formats: [
      raw('Error: listen tcp 127.0.0.1:11434: bind: Normalement une seule utilisation de chaque adresse'),
      raw('Error: listen tcp 127.0.0.1:11434: bind: address already in use'),
      raw('Nov 25 08:00:00 box ollama[3]: Error: listen tcp [::]:11434: bind: address already in use'),
    ],
    nearMisses: [
      raw('Error: listen tcp 192.0.2.9:11434: bind: cannot assign requested address'),
      slog('Listening on 127.0.0.1:11434 (version 0.32.15)', 'INFO'),
      prompted('bind: address already in use'),
    ],
  },
  'queue-full': {
    formats: [
      raw('{"error": "server busy, please try again.  maximum pending requests exceeded"}'),
      raw(gin(503, '44.2ms')),
      audit({ outcome: 'rejected', status: 503, error: 'queue_full' }),
    ],
    nearMisses: [
      raw(gin(503, '44ms', 'GET      "/api/tags"')),
      audit({ outcome: 'upstream_error', status: 503, error: 'x' }),
    ],
  },
  'reload-thrash': {
    formats: [raw(starts(2048, 4096, 2048)), raw(starts(8192, 4096, 8192, 4096))],
    nearMisses: [raw(starts(4096, 4096, 4096)), raw(starts(2048, 4096))],
  },
  'repeated-token-abort': {
    formats: [
      slog('prediction aborted, token repeat limit reached', 'DEBUG'),
      raw('Nov 25 08:00:00 box ollama[3]: level=DEBUG msg="prediction aborted, token repeat limit reached"'),
    ],
    nearMisses: [prompted('token repeat limit reached'), raw('llama_sampler: repeat_last_n = 64')],
  },
  'runner-hang': {
    formats: [
      ['inflight', 'request r1 open for 95 s, prefill for 94 s'],
      ['inflight', 'request r1 of alice open for 400 s, load for 399 s'],
    ],
    nearMisses: [
      ['inflight', 'request r1 open for 95 s, decode for 94 s'],
      ['inflight', 'request r1 open for 31 s, prefill for 30 s'],
    ],
  },
  'service-down': {
    formats: [
      raw('[Error: connect ECONNREFUSED 127.0.0.1:11434] {'),
      raw('Warning: could not connect to a running Ollama instance'),
      ['ollama-api', 'GET http://localhost:11434/api/version failed: connection refused'],
      ['ollama-api', 'GET http://localhost:11434/api/version failed: no answer within 3000 ms'],
      raw("Command 'ollama' not found, but can be installed with:"),
      raw('Error: Post "http://127.0.0.1:11434/api/show": dial tcp 127.0.0.1:11434: connect: connection refused'),
    ],
    nearMisses: [
      slog('Listening on 127.0.0.1:11434 (version 0.32.15)', 'INFO'),
      ['ollama-api', 'GET http://localhost:11434/api/version 200 in 2 ms: Ollama 0.32.15, 3 models'],
      raw('dial tcp 127.0.0.1:33443: connect: connection refused'),
    ],
  },
  'service-misconfig': {
    formats: [
      raw('Error: unknown flag: --port'),
      raw('Error: stat /tmp/nix-shell-1-0: no such file or directory'),
      raw('Error: mkdir /home/user/.ollama: file exists: ensure path elements are traversable'),
      raw('ollama.service: Main process exited, code=exited, status=203/EXEC'),
      raw('ollama.service: Failed at step STATE_DIRECTORY spawning /usr/local/bin/ollama: No such file or directory'),
    ],
    nearMisses: [
      raw('ollama.service: Main process exited, code=exited, status=1/FAILURE'),
      raw('boot-efi.mount: Failed at step EXEC spawning /usr/bin/umount: Input/output error'),
      prompted('unknown flag: --x'),
    ],
  },
  'service-stopped': {
    formats: [
      raw('Nov 07 18:17:15 server systemd[1]: Stopping ollama.service - Ollama Service...'),
      raw('Nov 07 18:17:15 server systemd[1]: Stopped Ollama Service.'),
    ],
    nearMisses: [
      raw('Nov 07 18:17:15 server systemd[1]: Started ollama.service - Ollama Service.'),
      // It has pulled its models.
      raw('ollama-pull-1 exited with code 0'),
      slog('Stopping…', 'INFO'),
    ],
  },
  'upstream-timeout': {
    formats: [
      nginx('upstream timed out (110: Connection timed out) while reading response header from upstream'),
      // Of Alpine, whose C library has other words.
      nginx('upstream timed out (110: Operation timed out) while reading upstream'),
      access(504, 167),
    ],
    nearMisses: [
      nginx('upstream timed out (110: Connection timed out) while connecting to upstream'),
      access(504, 310),
      // The way is broken, and once it took long.
      ['nginx-access', [access(502, 157), access(502, 157), access(504, 167)].map(([, line]) => line).join('\n')],
      kernel('upstream timed out'),
    ],
  },
};
