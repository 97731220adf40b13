import { OpsError } from '../errors.ts';
import { type GpuReading, parseCells, toReading } from './gpu-reading.ts';
import { type RunResult, runProgram } from './run.ts';

export type { GpuReading } from './gpu-reading.ts';

export interface GpuQuery {
  /** The program: `nvidia-smi`, a path, or a simulator. */
  readonly command: string;
  readonly timeoutMs: number;
}

/** Fields that we would like; a driver that lacks one refuses the whole query, so each is looked up in its help first. */
const wanted = [
  'index',
  'uuid',
  'name',
  'driver_version',
  'memory.used',
  'memory.total',
  'utilization.gpu',
  'temperature.gpu',
  'temperature.memory',
  'power.draw',
] as const;

/** Renamed in driver 535; the old names live on for a while. */
const throttleFields = ['hw_thermal_slowdown', 'sw_thermal_slowdown', 'hw_power_brake_slowdown', 'sw_power_cap'];
const throttlePrefixes = ['clocks_event_reasons', 'clocks_throttle_reasons'];

/** The fields each program knows, asked once per process. */
const known = new Map<string, Promise<readonly string[]>>();

/**
 * Asks nvidia-smi about every GPU. A cell such as `[N/A]` or `[GPU is lost]` is `undefined`, never 0.
 * Throws `probe_failed` with the value `reason` (a sentence) and `gpu_fault` (one of `gpuFaults`).
 */
export async function queryGpus({ command, timeoutMs }: GpuQuery): Promise<GpuReading[]> {
  const fields = await fieldsOf(command, timeoutMs);
  const result = await run(command, [`--query-gpu=${fields.join(',')}`, '--format=csv,noheader,nounits'], timeoutMs);
  const rows = parseCells(result.stdout, fields);
  if (result.exitCode !== 0 || rows.length === 0) throw failure(command, result);
  return rows.map(toReading);
}

function fieldsOf(command: string, timeoutMs: number): Promise<readonly string[]> {
  const cached = known.get(command);
  if (cached) return cached;
  const asked = askFields(command, timeoutMs);
  known.set(command, asked);
  asked.catch(() => known.delete(command));
  return asked;
}

async function askFields(command: string, timeoutMs: number): Promise<readonly string[]> {
  const help = await run(command, ['--help-query-gpu'], timeoutMs);
  if (help.exitCode !== 0) throw failure(command, help);
  const offered = new Set([...help.stdout.matchAll(/"([a-z_0-9.]+)"/g)].map(([, field]) => field));
  const prefix = throttlePrefixes.find((candidate) => offered.has(`${candidate}.${throttleFields[0]}`));
  const all = [...wanted, ...(prefix ? throttleFields.map((field) => `${prefix}.${field}`) : [])];
  const usable = all.filter((field) => offered.has(field));
  if (!usable.includes('uuid')) throw failure(command, help);
  return usable;
}

async function run(command: string, args: readonly string[], timeoutMs: number): Promise<RunResult> {
  try {
    return await runProgram(command, args, { timeoutMs });
  } catch (thrown) {
    if (!(thrown instanceof OpsError)) throw thrown;
    const hung = String(thrown.values['reason']).startsWith('no answer');
    const gpu_fault: GpuFault = hung ? 'hung' : 'not-installed';
    throw new OpsError('probe_failed', { ...thrown.values, gpu_fault }, { cause: thrown });
  }
}

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
  failed: 'nvidia-smi failed',
} as const;

export type GpuFault = keyof typeof gpuFaults;

/** The text decides before the exit code: codes are the same for unlike troubles across driver versions. */
const faultTexts: readonly (readonly [RegExp, GpuFault])[] = [
  [/driver\/library version mismatch/i, 'driver-mismatch'],
  [/gpu is lost|fallen off the bus|unable to determine the device handle/i, 'gpu-lost'],
  [/couldn't communicate with the nvidia driver|driver is not loaded/i, 'driver-not-loaded'],
  [/no devices were found/i, 'no-device'],
  [/failed to initialize nvml: unknown error/i, 'container-lost-gpu'],
  [/insufficient permissions/i, 'permission'],
];

const faultCodes: Readonly<Record<number, GpuFault>> = {
  4: 'permission',
  9: 'driver-not-loaded',
  12: 'driver-not-loaded',
  15: 'gpu-lost',
  18: 'driver-mismatch',
};

function failure(command: string, { exitCode, stdout, stderr }: RunResult): OpsError<'probe_failed'> {
  const text = `${stdout}\n${stderr}`.trim();
  const gpu_fault = faultTexts.find(([pattern]) => pattern.test(text))?.[1] ?? faultCodes[exitCode] ?? 'failed';
  const said = text.split('\n')[0]?.trim() || `exit code ${exitCode}`;
  return new OpsError('probe_failed', { probe: command, reason: `${gpuFaults[gpu_fault]}: ${said}`, gpu_fault, said });
}
