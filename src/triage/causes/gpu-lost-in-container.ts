import { type Cause, lines } from '../cause.ts';

export default {
  step: 3,
  weight: 'root',
  title: { en: 'The container lost its GPU', zh: '容器丢失了 GPU' },
  explanation: {
    en: 'systemd took the GPU devices from the container, typically after hours; Ollama then computes on the processor without an error.',
    zh: 'systemd 收回了容器的 GPU 设备(通常在数小时后),Ollama 随后无提示地用 CPU 计算。',
  },
  reads: ['ollama-log', 'nvidia-smi'],
  match: lines(
    /failed to initialize NVML: (?:Unknown Error|Insufficient Permissions)|failed to get device context 800/i,
  ),
  beats: ['gpu-not-detected', 'ollama-slow', 'cpu-offload-slow'],
  fix: ['docker compose up -d --force-recreate ollama'],
  confirm: ['docker exec ollama nvidia-smi', 'nvidia-smi'],
  example: { kind: 'nvidia-smi', text: 'Failed to initialize NVML: Unknown Error' },
} satisfies Cause;
