import { type Cause, xid } from '../cause.ts';
import { computeErrors } from '../compute-error.ts';

export default {
  step: 4,
  weight: 'root',
  title: { en: 'The GPU reported a compute error', zh: 'GPU 计算错误' },
  explanation: {
    en: 'A computation on the GPU failed, often a driver or memory access fault. The next request starts a new process.',
    zh: 'GPU 计算失败,多为驱动或显存访问错误。下一个请求会启动新进程。',
  },
  reads: ['ollama-log', 'dmesg'],
  match: computeErrors(
    'fault',
    new RegExp(
      `amdgpu: .{0,40}page fault|nvidia-uvm: .{1,200}Detected a channel error|nvgpu: .{0,80}(?:\\[MMU FAULT\\]|notifier set to (?:13|31)\\b)|${xid(13, 31, 32, 39, 40, 41, 43, 44, 69, 109)}`,
      'i',
    ),
  ),
  beats: [
    'runner-crash-segv',
    'panic',
    'ollama-slow',
    'cpu-offload-slow',
    'service-stopped',
    'reload-thrash',
    'gpu-not-detected',
  ],
  fix: ['systemctl restart ollama', 'nvidia-smi -q | grep -A5 "ECC Errors"', 'Update the NVIDIA driver if it repeats.'],
  confirm: ['journalctl -k | grep Xid | tail'],
  example: { kind: 'ollama-log', text: 'CUDA error: an illegal memory access was encountered' },
} satisfies Cause;
