import { OpsError } from '../errors.ts';
import { type GpuFault, gpuFailure } from './gpu-faults.ts';
import { type GpuInstance, parseInstances } from './gpu-instances.ts';
import { type GpuProcess, type GpuReading, parseCells, parseProcesses, toReading } from './gpu-reading.ts';
import { type RunResult, runProgram } from './run.ts';

export type { GpuInstance } from './gpu-instances.ts';
export type { GpuProcess, GpuReading } from './gpu-reading.ts';

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
  'temperature.gpu.tlimit',
  'power.draw',
  'enforced.power.limit',
  'ecc.errors.corrected.volatile.total',
  'ecc.errors.uncorrected.volatile.total',
  'remapped_rows.pending',
  'remapped_rows.failure',
  'mig.mode.current',
] as const;

/** Renamed in driver 535; the old names live on for a while. */
const throttleFields = [
  'hw_thermal_slowdown',
  'sw_thermal_slowdown',
  'hw_power_brake_slowdown',
  'sw_power_cap',
  'hw_slowdown',
];
const throttlePrefixes = ['clocks_event_reasons', 'clocks_throttle_reasons'];

interface KnownFields {
  readonly fields: Promise<readonly string[]>;
  /** Of the last reading: an upgraded driver is asked again. */
  driver?: string;
}

/** The fields that each program knows, asked once per version of its driver. */
const known = new Map<string, KnownFields>();

/**
 * Asks nvidia-smi about every GPU. A cell such as `[N/A]` or `[GPU is lost]` is `undefined`, never 0. No second program is
 * started while one that hangs is there.
 * Throws `probe_failed` with the value `reason` (a sentence) and `gpu_fault` (one of `gpuFaults`).
 */
export async function queryGpus({ command, timeoutMs }: GpuQuery): Promise<GpuReading[]> {
  const cached = knownFields(command, timeoutMs);
  const fields = await cached.fields;
  const result = await run(command, [`--query-gpu=${fields.join(',')}`, '--format=csv,noheader,nounits'], timeoutMs);
  const rows = parseCells(result.stdout, fields);
  // With a code for one GPU (off the bus, infoROM) the rows of the others are good.
  if (rows.length === 0) {
    // The refusal of a field comes from an upgrade between two readings.
    known.delete(command);
    throw gpuFailure(command, result);
  }
  const readings = rows.map(toReading);
  const driver = readings[0]?.driverVersion;
  if (cached.driver !== undefined && cached.driver !== driver) known.delete(command);
  if (driver !== undefined) cached.driver = driver;
  return readings;
}

/** Who holds memory on the GPUs; a container sees its own processes only. Throws as `queryGpus` does. */
export async function queryGpuProcesses({ command, timeoutMs }: GpuQuery): Promise<GpuProcess[]> {
  const fields = 'gpu_uuid,pid,process_name,used_gpu_memory';
  const result = await run(command, [`--query-compute-apps=${fields}`, '--format=csv,noheader,nounits'], timeoutMs);
  if (result.exitCode !== 0) throw gpuFailure(command, result);
  return parseProcesses(result.stdout);
}

/** The instances of GPUs that are divided by MIG, of which the other questions say nothing. Throws as `queryGpus` does. */
export async function queryGpuInstances({ command, timeoutMs }: GpuQuery): Promise<GpuInstance[]> {
  const result = await run(command, ['-q', '-x'], timeoutMs);
  if (result.exitCode !== 0) throw gpuFailure(command, result);
  return parseInstances(result.stdout);
}

function knownFields(command: string, timeoutMs: number): KnownFields {
  const cached = known.get(command);
  if (cached) return cached;
  const asked = { fields: askFields(command, timeoutMs) };
  known.set(command, asked);
  asked.fields.catch(() => known.delete(command));
  return asked;
}

async function askFields(command: string, timeoutMs: number): Promise<readonly string[]> {
  const help = await run(command, ['--help-query-gpu'], timeoutMs);
  if (help.exitCode !== 0) throw gpuFailure(command, help);
  const offered = new Set([...help.stdout.matchAll(/"([a-z_0-9.]+)"/g)].map(([, field]) => field));
  const prefix = throttlePrefixes.find((candidate) => offered.has(`${candidate}.${throttleFields[0]}`));
  const all = [...wanted, ...(prefix ? throttleFields.map((field) => `${prefix}.${field}`) : [])];
  const usable = all.filter((field) => offered.has(field));
  if (!usable.includes('uuid')) throw gpuFailure(command, help);
  return usable;
}

async function run(command: string, args: readonly string[], timeoutMs: number): Promise<RunResult> {
  try {
    return await runProgram(command, args, { timeoutMs, exclusive: true });
  } catch (thrown) {
    if (!(thrown instanceof OpsError)) throw thrown;
    const hung = String(thrown.values['reason']).startsWith('no answer');
    const gpu_fault: GpuFault = hung ? 'hung' : 'not-installed';
    throw new OpsError('probe_failed', { ...thrown.values, gpu_fault }, { cause: thrown });
  }
}
