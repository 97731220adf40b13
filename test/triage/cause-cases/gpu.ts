import { type CauseCases, journalled, kernel, prompted, raw, slog } from './case.ts';

const smi = (text: string) => ['nvidia-smi', text] as const;

/** Box 5. */
export const gpu: CauseCases = {
  'driver-mismatch': {
    formats: [
      smi('Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 550.54'),
      kernel('NVRM: API mismatch: the client has the version 550.54.15, but'),
    ],
    nearMisses: [kernel('NVRM: loading NVIDIA UNIX x86_64 Kernel Module  550.54.15'), smi('Driver Version: 550.54.15')],
  },
  'driver-not-loaded': {
    formats: [
      smi("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver."),
      smi('No devices were found'),
      journalled('NVRM: GPU 0000:01:00.0: RmInitAdapter failed! (0x26:0x56:1463)'),
    ],
    nearMisses: [smi('| No running processes found |'), kernel('nvidia 0000:01:00.0: enabling device (0000 -> 0003)')],
  },
  'gpu-ecc-xid': {
    formats: [
      smi('|   0  NVIDIA A100-SXM...  On   | 00000000:3B:00.0 Off |                    2 |'),
      kernel('NVRM: Xid (PCI:0000:10:1c): 63, pid=1896, Row Remapper: New row marked for remapping'),
      journalled("NVRM: Xid (PCI:0000:3b:00): 94, pid='<unknown>', name=<unknown>, Contained: SM (0x1)"),
    ],
    nearMisses: [
      kernel('NVRM: Xid (PCI:0000:01:00): 31, pid=7, Ch 00000010'),
      kernel('EDAC MC0: 1 CE memory error, 48,'),
      smi('|   0  NVIDIA A100-SXM...  On   | 00000000:3B:00.0 Off |                    0 |'),
    ],
  },
  'gpu-hot': {
    formats: [
      smi('        GPU Current Temp                  : 91 C'),
      smi('|  0%   88C    P2   145W / 151W |   4863MiB /  8119MiB |     98%      Default |'),
      smi('GPU 0 (NVIDIA A10) GPU Current Temp : 97 C'),
      smi('        Gpu                     : 91 C'),
      smi('|100%   87C    P2   168W / 170W |   6854MiB / 12288MiB |     98%      Default |'),
      smi(
        '# gpu    pwr  gtemp  mtemp     sm    mem    enc    dec   mclk   pclk\n# Idx      W      C      C      %      %      %      %    MHz    MHz\n    0    148     91      -     98     80      0      0   9751   1860',
      ),
      smi('  0   6863   94.0c    195.0W   1528Mhz  945Mhz   40.0%    auto      0%       N/A'),
      smi('0    99.0c  203.0W  1680Mhz  1000Mhz  100%  auto  225.0W   31%   99%'),
      smi('GPU[0]          : Temperature (Sensor edge) (C): 96.0'),
    ],
    nearMisses: [
      smi('        GPU Current Temp                  : 85 C'),
      smi('        GPU Shutdown Temp                 : 98 C'),
      smi(
        '# gpu    pwr  gtemp  mtemp     sm    mem    enc    dec   mclk   pclk\n    0    148     61     95     98     80      0      0   9751   1860',
      ),
      smi('|  0%   N/A   P2   145W / 151W |   4863MiB /  8119MiB |     98%      Default |'),
    ],
  },
  'gpu-lost-xid': {
    formats: [
      kernel('NVRM: Xid (PCI:0000:01:00): 79, GPU has fallen off the bus.'),
      journalled(
        'NVRM: Xid (PCI:0000:01:00): 119, pid=1234, name=ollama, Timeout after 6s of waiting for RPC response',
      ),
      smi('Unable to determine the device handle for GPU 0000:05:00.0: GPU is lost.  Reboot the system'),
      kernel('NVRM: _issueRpcAndWait: rpcSendMessage failed with status 0x00000011 for fn 10!'),
      kernel("nvidia 0000:02:00.0: AER: can't recover (no error_detected callback)"),
    ],
    nearMisses: [
      kernel('NVRM: Xid (PCI:0000:01:00): 13, pid=79, Graphics SM Warp Exception'),
      kernel('nvidia-nvswitch0: SXid (PCI:0000:84:00.0): 79, a link went down'),
    ],
  },
  'power-brake': {
    formats: [
      smi('        HW Power Brake Slowdown       : Active'),
      smi('GPU 0 (NVIDIA A10) HW Power Brake Slowdown : Active'),
    ],
    nearMisses: [
      smi('        HW Power Brake Slowdown       : Not Active'),
      smi('        SW Power Cap                  : Active'),
    ],
  },
  'thermal-throttle': {
    formats: [
      smi('    SW Thermal Slowdown               : Active      (bitmask 0x20)'),
      smi('            HW Thermal Slowdown           : Active'),
    ],
    nearMisses: [
      smi('            HW Thermal Slowdown           : Not Active'),
      smi('        HW Slowdown                   : Active'),
    ],
  },
  'gpu-not-detected': {
    formats: [
      slog('no compatible GPUs were discovered', 'INFO'),
      slog('failure during llama-server GPU discovery', 'INFO'),
      slog('failure during GPU discovery', 'INFO', ' error="failed to finish discovery before timeout"'),
    ],
    nearMisses: [slog('discovering available GPUs...', 'INFO'), prompted('no compatible GPUs were discovered')],
  },
  'gpu-lost-in-container': {
    formats: [
      smi('Failed to initialize NVML: Unknown Error'),
      slog('cuda driver library failed to get device context 800', 'INFO'),
    ],
    nearMisses: [
      slog('cuda driver library failed to get device context 2', 'INFO'),
      smi('Failed to initialize NVML: Driver/library version mismatch'),
    ],
  },
  'gpu-hang-watchdog': {
    formats: [
      kernel('NVRM: krcWatchdog_IMPL: RC watchdog: GPU is probably locked! Notify Timeout Seconds: 7'),
      journalled('NVRM: Xid (PCI:0000:01:00): 8, pid=5, Channel 00000012'),
      raw('CUDA error: the launch timed out and was terminated'),
    ],
    nearMisses: [
      kernel('NVRM: Xid (PCI:0000:01:00): 80, pid=5'),
      kernel('watchdog: BUG: soft lockup - CPU#3 stuck for 22s!'),
    ],
  },
  'cuda-error': {
    formats: [
      raw('CUDA error: an illegal memory access was encountered'),
      raw('CUDA error 700 at ggml-cuda.cu:6540: an illegal memory access'),
      kernel('NVRM: Xid (PCI:0000:01:00): 31, pid=7, Ch 00000010, MMU Fault'),
    ],
    nearMisses: [raw('CUDA error: out of memory'), prompted('CUDA error: unknown error')],
  },
  'cuda-arch-mismatch': {
    formats: [
      raw('CUDA error: no kernel image is available for execution on the device'),
      slog('llama runner process has terminated: error:no kernel image is available for execution on the device'),
    ],
    nearMisses: [slog('no image is available', 'WARN'), prompted('no kernel image is available')],
  },
};
