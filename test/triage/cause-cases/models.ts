import { audit, type CauseCases, gin, journalled, kernel, nginx, prompted, raw, slog } from './case.ts';

/** Box 3: loading a model, and the machine beneath. */
export const models: CauseCases = {
  'disk-full': {
    formats: [
      raw('Error: write /data/models/blobs/sha256-4107489999: no space left on device'),
      nginx('pwrite() "/var/cache/nginx/1" failed (28: No space left on device) while reading upstream', 'crit'),
    ],
    nearMisses: [prompted('no space left on device'), slog('updating default disk space', 'INFO')],
  },
  'model-file-corrupt': {
    formats: [
      slog('bad manifest', 'WARN', ' name=registry.ollama.ai/library/x:latest error="unexpected EOF"'),
      slog('failed to load model metadata'),
      raw('error loading model: invalid file magic'),
    ],
    nearMisses: [slog('total blobs: 0', 'INFO'), prompted('invalid file magic')],
  },
  'model-load-timeout': {
    formats: [
      slog('Load failed', 'INFO', ' error="timed out waiting for llama runner to start - progress 0.00 - "'),
      slog('error loading llama server', 'ERROR', ' error="timed out waiting for llama-server to start"'),
    ],
    nearMisses: [
      slog(
        'error loading llama server',
        'ERROR',
        ' error="timed out waiting for llama-server to start: context canceled"',
      ),
      slog('waiting for llama-server to start responding', 'INFO'),
      raw('Error: timed out waiting for server to start'),
    ],
  },
  'model-missing': {
    formats: [
      raw(gin(404, '943.304µs')),
      audit({ outcome: 'client_error', status: 404, error: 'model_not_found' }),
      raw('{"error":"model \'qwen9:32b\' not found"}'),
    ],
    nearMisses: [raw(gin(404, '151µs', 'POST     "/api/show"')), prompted('model x not found')],
  },
  'model-store-permission': {
    formats: [
      raw('Error: could not create directory mkdir /var/lib/ollama: permission denied'),
      raw('Error: mkdir /data/models/blobs: permission denied: ensure path elements are traversable'),
      raw('Error: open /usr/share/ollama/.ollama/models/manifests: permission denied'),
    ],
    nearMisses: [
      slog('open /dev/kfd: permission denied', 'WARN'),
      raw('open /dev/kfd: permission denied'),
      raw("systemd[1]: xrdp.service: Can't open PID file /run/xrdp.pid (yet?) after start: Operation not permitted"),
      raw('startup: mkdir failed for /var/cache/dlc: Read-only file system (30)'),
      prompted('models: permission denied'),
    ],
  },
  'host-mem-thrash': {
    formats: [
      kernel('INFO: task jbd2/sda2-8:402 blocked for more than 241 seconds.'),
      journalled('nvme nvme0: I/O 822 QID 4 timeout, aborting'),
      kernel('warn_alloc: ollama: page allocation stalls for 10140ms, order:0'),
      journalled('systemd-journald[375]: Under memory pressure, flushing caches.'),
      kernel('"echo 0 > /proc/sys/kernel/hung_task_timeout_secs" disables this message.'),
      ['incident', 'OPS-4 warning HostSwapping since 2026-11-25T08:00:00Z, still open: swap'],
    ],
    nearMisses: [
      kernel('nvme nvme0: 8/0/0 default/read/poll queues'),
      kernel('Adding 8388604k swap on /swapfile.  Priority:-2 extents:6 across:8388604k'),
      kernel('watchdog: Delayed init of the lockup detector'),
      kernel(
        'Out of memory: Killed process 35 (uwsgi) total-vm:517892kB\n[ 5023.1] systemd-journald[375]: Under memory pressure, flushing caches.',
      ),
      ['incident', 'OPS-4 warning LatencyAboveBaseline since 2026-11-25T08:00:00Z, still open'],
    ],
  },
  'model-unloaded': {
    formats: [
      audit({
        outcome: 'ok',
        status: 200,
        stream: true,
        ttft: 8.2,
        queue_time: 0.1,
        load_time: 7.5,
        response_time: 12,
      }),
      audit({ outcome: 'ok', status: 200, stream: false, decode_time: 1, load_time: 6, response_time: 9 }),
      audit({ outcome: 'timeout', status: 504, stream: true, ttft: null, load_time: 300, response_time: 300 }),
    ],
    nearMisses: [
      // It was loaded in no time, or the load was the lesser part.
      audit({ outcome: 'ok', status: 200, stream: true, ttft: 1.9, queue_time: 0, load_time: 1.8, response_time: 12 }),
      audit({ outcome: 'ok', status: 200, stream: true, ttft: 20, queue_time: 0, load_time: 2, response_time: 25 }),
      audit({ outcome: 'ok', status: 200, stream: true, ttft: 8.2, queue_time: 0, load_time: null, response_time: 9 }),
    ],
  },
};
