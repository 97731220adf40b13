import { type Cause, lines } from '../cause.ts';

export default {
  step: 5,
  weight: 'root',
  title: { en: 'The NVIDIA driver is not loaded', zh: 'NVIDIA 驱动未加载' },
  explanation: {
    en: 'The kernel has no working GPU driver: a kernel update without the module, or Secure Boot.',
    zh: '内核没有可用的 GPU 驱动:内核升级后缺少模块,或 Secure Boot 拦截。',
  },
  reads: ['nvidia-smi', 'dmesg'],
  match: lines(
    /could(?:n.?t| not) communicate with the NVIDIA|RmInitAdapter failed|rm_init_adapter failed|No devices were found|NVRM: No NVIDIA (?:graphics adapter|GPU|devices?)|NVIDIA (?:probe|init) (?:routine|module) (?:was not called|failed)|initialize NVML: Driver Not Loaded|insert '?nvidia|Module nvidia not found|nvidia-smi: (?:command )?not found/i,
  ),
  beats: ['gpu-not-detected', 'cpu-offload-slow', 'ollama-slow', 'client-abort', 'upstream-timeout'],
  fix: ['dkms autoinstall && modprobe nvidia', 'mokutil --sb-state', 'reboot'],
  confirm: ['lsmod | grep nvidia', 'journalctl -k | grep -i nvrm | tail'],
  example: {
    kind: 'nvidia-smi',
    text: "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.",
  },
} satisfies Cause;
