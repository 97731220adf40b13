import type { Cause } from '../cause.ts';
import { computeErrors } from '../compute-error.ts';

export default {
  step: 3,
  weight: 'root',
  title: { en: 'Ollama does not see the GPU', zh: 'Ollama 未检测到 GPU' },
  explanation: {
    en: 'At its start Ollama found no GPU and computes on the processor, many times slower.',
    zh: 'Ollama 启动时没有找到 GPU,改用 CPU 计算,速度慢很多倍。',
  },
  reads: ['ollama-log'],
  match: computeErrors(
    'absent',
    /no compatible GPUs were discovered|(?:AMD|NVIDIA) driver (?:is )?too old|failure during (?:llama-server )?GPU discovery|discovery watchdog timed out|gpu support may not be|no (?:nvidia )?GPUs? (?:was |were )?detected|cuda driver library init failure|initializing cuda driver|failed to get device context (?!2\b|800)|no nvidia devices detected|amdgpu is not supported|HIP library is too old|\/dev\/kfd.{0,40}: permission denied|ROCk module is NOT loaded|No NVIDIA\/AMD GPU detected|ggml_\w{1,12}: no devices found/i,
  ),
  beats: ['cpu-offload-slow', 'ollama-slow'],
  fix: ['nvidia-smi', 'systemctl enable --now nvidia-persistenced', 'systemctl restart ollama'],
  confirm: ["journalctl -u ollama | grep -iE 'inference compute|discover' | tail"],
  example: {
    kind: 'ollama-log',
    text: 'time=2025-03-15T09:18:30.561Z level=INFO source=gpu.go:377 msg="no compatible GPUs were discovered"',
  },
} satisfies Cause;
