import { type Cause, lines, says } from '../cause.ts';
import { systemError } from '../system-errors.ts';

const rejected = lines(
  /Loading of (?:unsigned module|module with unavailable key) is rejected|kernel headers for kernel \S{1,80} cannot be found/,
);
/** NVIDIA's was loaded, or it was another that could not be built. */
const another = /NVRM: loading NVIDIA|failed for module\(s\) (?!.{0,80}\bnvidia)/;

export default {
  step: 5,
  nearest: true,
  weight: 'root',
  title: { en: 'The NVIDIA driver is not loaded', zh: 'NVIDIA 驱动未加载' },
  explanation: {
    en: 'The kernel has no working GPU driver: a kernel update without the module, or Secure Boot.',
    zh: '内核没有可用的 GPU 驱动:内核升级后缺少模块,或 Secure Boot 拦截。',
  },
  reads: ['nvidia-smi', 'dmesg', 'ollama-log'],
  match: lines(
    new RegExp(
      [
        String.raw`could(?:n.?t| not) communicate with the NVIDIA|couldn.t find libnvidia-ml|No devices were found`,
        String.raw`(?:RmInitAdapter|rm_init_adapter) failed|Failed to copy vbios to system memory|failed to wait for GFW_BOOT|Cannot initialize GSP firmware|nvidia_frontend_open: .{0,60}failed|GPU access blocked by the operating system|initialize NVML: N/A|nvidia: probe of \S{1,40} failed|\bnvidia\w{0,12}: (?:version magic '|disagrees about version|Unknown symbol)`,
        String.raw`NVRM: No(?:ne of the)? NVIDIA (?:graphics adapter|GPU|devices?)|installed in this system is(?: NVRM:)? not supported by|Unable to load the (?:kernel module )?'nvidia|could not load UVM kernel module`,
        String.raw`NVIDIA (?:probe|init) (?:routine|module) (?:was not called|failed)|Failed to query NVIDIA devices`,
        String.raw`(?:NVML: |nvml error: |NVML_ERROR_|NVML: NVIDIA )driver[_ ](?:is )?not[_ ]loaded`,
        String.raw`insert '?nvidia|Module nvidia\S{0,20} not found|module not found: '?nvidia|error processing package nvidia|modprobe: unsigned module loading|unsigned module.{0,40}\bnvidia|\bload nvidia\S{0,12} failed:`,
        String.raw`nvidia-smi'?:? not found|nvidia-smi\W{1,4}.{0,30}${systemError('notFound')}|${systemError('notFound')}: nvidia-smi|nvidia-smi\W{1,4}executable file not found`,
        String.raw`load library failed: libnvidia-ml|nvidia-kmod\S{0,40} ?\[FAILED\]|failed to open \W?/dev/nvidia(?:ctl|\d)|Bad return status for module build|dkms\W.{0,80}nvidia\S{0,40}.{0,40}(?:build|install) failed`,
        String.raw`PCI I/O region assigned to your NVIDIA device is invalid|Can.t find an IRQ for your NVIDIA card|is already bound to nouveau|Unable to find any NVIDIA devices|NVML doesn.t exist on this system|failed to locate libcuda\.so|error validating driver\b`,
        String.raw`Autoinstall on \S{1,60} failed for module\(s\).{0,60}\bnvidia`,
        // AMD's
        String.raw`Driver not initialized \(amdgpu not found|amdgpu: Fatal error during GPU init|probe with driver (?:amdgpu|nvidia) failed|modprobe: .{0,40}\bamdgpu\b.{0,40}not found`,
      ].join('|'),
      'i',
    ),
  ),
  // Neither line says which module.
  hint: (records) => (records.some((record) => says(record, another)) ? [] : rejected(records)),
  beats: [
    'gpu-not-detected',
    'cpu-offload-slow',
    'ollama-slow',
    'client-abort',
    'upstream-timeout',
    'service-stopped',
    'runner-crash-segv',
  ],
  fix: ['dkms autoinstall && modprobe nvidia', 'mokutil --sb-state', 'reboot'],
  confirm: ['lsmod | grep nvidia', 'journalctl -k | grep -i nvrm | tail'],
  example: {
    kind: 'nvidia-smi',
    text: "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.",
  },
} satisfies Cause;
