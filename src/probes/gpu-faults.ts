import { OpsError } from '../errors.ts';
import type { RunResult } from './run.ts';

/** Why no reading could be had; a closed set. */
export const gpuFaults = {
  hung: 'nvidia-smi does not answer',
  'not-installed': 'nvidia-smi cannot be run',
  'driver-mismatch': 'driver and library versions differ (reboot after a driver upgrade)',
  'driver-not-loaded': 'the NVIDIA driver is not loaded',
  'gpu-lost': 'a GPU has fallen off the bus',
  'no-device': 'no GPU was found',
  'container-lost-gpu': 'NVML: Unknown Error (a container lost its GPU devices)',
  permission: 'no permission to ask the driver',
  power: 'a power cable of a GPU is not connected',
  'inforom-corrupt': 'the information memory of a GPU is damaged',
  'nvml-missing': 'the NVML library is missing or too old for this driver',
  'bad-query': 'nvidia-smi does not know what it was asked',
  failed: 'nvidia-smi failed',
} as const;

export type GpuFault = keyof typeof gpuFaults;

/** The text decides before the exit code: codes are the same for unlike troubles across driver versions. */
const faultTexts: readonly (readonly [RegExp, GpuFault])[] = [
  [/device handle.*unknown error\s+no devices were found/i, 'driver-not-loaded'],
  [/driver\/library version mismatch/i, 'driver-mismatch'],
  [/gpu is lost|fallen off the bus|unable to determine the device handle/i, 'gpu-lost'],
  [/couldn't communicate with the nvidia driver|driver is not loaded/i, 'driver-not-loaded'],
  [/no devices were found/i, 'no-device'],
  [/failed to initialize nvml: unknown error/i, 'container-lost-gpu'],
  [/insufficient permissions/i, 'permission'],
];

const faultCodes: Readonly<Record<number, GpuFault>> = {
  2: 'bad-query',
  4: 'permission',
  8: 'power',
  9: 'driver-not-loaded',
  12: 'nvml-missing',
  13: 'nvml-missing',
  14: 'inforom-corrupt',
  15: 'gpu-lost',
  18: 'driver-mismatch',
};

export function gpuFailure(command: string, { exitCode, stdout, stderr }: RunResult): OpsError<'probe_failed'> {
  const text = `${stdout}\n${stderr}`.trim();
  const gpu_fault = faultTexts.find(([pattern]) => pattern.test(text))?.[1] ?? faultCodes[exitCode] ?? 'failed';
  const said = text.split('\n')[0]?.trim() || `exit code ${exitCode}`;
  return new OpsError('probe_failed', { probe: command, reason: `${gpuFaults[gpu_fault]}: ${said}`, gpu_fault, said });
}
