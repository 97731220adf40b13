import { type Cause, lines } from '../cause.ts';

export default {
  step: 3,
  weight: 'root',
  title: { en: 'The model took too long to load', zh: '模型加载超时' },
  explanation: {
    en: 'Ollama gave up loading after OLLAMA_LOAD_TIMEOUT (5 minutes): a slow disk at progress 0.00, a stuck warm-up at 1.00.',
    zh: 'Ollama 在 OLLAMA_LOAD_TIMEOUT(5 分钟)后放弃加载:进度 0.00 是磁盘慢,1.00 是预热卡住。',
  },
  reads: ['ollama-log'],
  match: lines(
    /(?:timed out|timeout) waiting for (?:llama runner|llama-server|mlx runner|server)(?: to start\b|: )(?!: ?context canceled)/i,
    // The runner's own reason has a cause of its own.
    /context canceled|^Error: timed out waiting for server to start|to start: .{0,80}(?:(?:CUDA|HIP|ROCm) error|out of memory|unable to allocate)/i,
  ),
  beats: [
    'client-abort',
    'upstream-timeout',
    'ollama-slow',
    'runner-crash-segv',
    'runner-hang',
    'cpu-offload-slow',
    'gpu-not-detected',
    'service-stopped',
    'reload-thrash',
  ],
  fix: ['systemctl edit ollama   # [Service] Environment=OLLAMA_LOAD_TIMEOUT=15m', 'systemctl restart ollama'],
  confirm: [
    'dd if=$(ls -S /usr/share/ollama/.ollama/models/blobs/* | head -1) of=/dev/null bs=1M count=4096',
    'iostat -x 2 3',
  ],
  example: {
    kind: 'ollama-log',
    text: 'level=INFO source=sched.go:516 msg="Load failed" error="timed out waiting for llama runner to start - progress 0.00 - "',
  },
} satisfies Cause;
