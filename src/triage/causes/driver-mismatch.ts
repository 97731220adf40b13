import type { Cause } from '../cause.ts';
import { computeErrors } from '../compute-error.ts';

export default {
  step: 5,
  nearest: true,
  weight: 'root',
  title: { en: 'The NVIDIA driver was upgraded without a reboot', zh: 'NVIDIA 驱动升级后未重启' },
  explanation: {
    en: 'The kernel still runs the old driver and the programs use the new one; no program can reach the GPU.',
    zh: '内核仍运行旧驱动,而程序使用新版本,任何程序都无法访问 GPU。',
  },
  reads: ['nvidia-smi', 'dmesg', 'ollama-log'],
  match: computeErrors(
    'driver',
    /API mismatch: the client |(?:Driver\/library|NVML\/RM) version mismatch|driver interface version \S{1,40} (?:don.t|do not|does(?:n.t| not)) match|ERROR_LIB_RM_VERSION_MISMATCH|driver version is insufficient for CUDA runtime|NVIDIA driver on your system is too old|unsatisfied condition: (?:cuda|driver)/i,
  ),
  beats: [
    'cuda-error',
    'runner-crash-segv',
    'gpu-not-detected',
    'cpu-offload-slow',
    'ollama-slow',
    'driver-not-loaded',
    'service-down',
    'client-abort',
    'upstream-timeout',
    'service-stopped',
    'reload-thrash',
  ],
  fix: ['reboot'],
  confirm: ['cat /proc/driver/nvidia/version', 'nvidia-smi'],
  example: { kind: 'nvidia-smi', text: 'Failed to initialize NVML: Driver/library version mismatch' },
} satisfies Cause;
