import { z } from 'zod';
import * as gpu from '../catalogue/gpu.ts';
import type { Metric } from '../catalogue/metric.ts';
import { type Check, type CheckConfig, type CheckContext, sampleOf, schedule } from '../check.ts';
import { duration } from '../config/types.ts';
import { OpsError } from '../errors.ts';
import type { Labels, Sample } from '../expression/series.ts';
import {
  type GpuInstance,
  type GpuProcess,
  type GpuQuery,
  type GpuReading,
  queryGpuInstances,
  queryGpuProcesses,
  queryGpus,
} from '../probes/nvidia-smi.ts';
import type { Log } from '../telemetry/log.ts';

interface GpuConfig extends CheckConfig {
  readonly command: string;
  readonly expected?: number | undefined;
}

/**
 * GPUs that each program has listed: one that is gone must not be forgotten, least of all over the restart that follows.
 */
const seen = new Map<string, Seen>();

interface Seen {
  readonly uuids: Set<string>;
  /** How many an earlier watch had: a number only, for one that was replaced is no longer missed. */
  readonly earlier: number;
}

/** A card that was taken out is forgotten by the watch that is started a day later, milliseconds. */
const rememberedMs = 86_400_000;

/** Who held memory when each program was last asked, and how much was held. */
const holders = new Map<string, { used: string; at: number; processes: readonly GpuProcess[] }>();

/** While as much memory is held, it is by the same programs; they are asked for again after so many milliseconds. */
const holdersMs = 60_000;

/** A GPU that has vanished lacks its own series and lowers `ops_gpus_visible` below `ops_gpus_expected`. */
const check: Check<GpuConfig> = {
  summary: { en: 'memory, temperature, load and clock limits of every GPU', zh: '每块 GPU 的显存、温度、负载与降频' },
  metrics: Object.values(gpu),
  replaces: "watch -n 5 'nvidia-smi --query-gpu=memory.used,memory.total --format=csv,noheader,nounits'",
  schema: z.strictObject({
    every: schedule.prefault('15s'),
    timeout: duration.prefault('10s'),
    command: z.string().min(1).default('nvidia-smi'),
    /** GPUs of this machine, for one that is missing since before watch started. */
    expected: z.number().int().nonnegative().optional(),
  }),
  async run({ command, expected = 0, timeout }, { clock, log, stored }) {
    // Four questions at most (help, GPUs, processes, instances): all of them fit into the run's time.
    const query = { command, timeoutMs: Math.round(timeout * 0.24) };
    const known = seen.get(command) ?? { uuids: new Set(), earlier: countOf(stored, clock.now()) };
    seen.set(command, known);
    const atLeast = Math.max(expected, known.earlier);
    const readings = await readingsOf(query, Math.max(atLeast, known.uuids.size));
    for (const { uuid } of readings) known.uuids.add(uuid);
    const missing = [...known.uuids].filter((uuid) => !readings.some((one) => one.uuid === uuid));
    if (missing.length > 0) log.warn({ missing }, 'GPUs have vanished');
    const processes = await processesOf(query, readings, { clock, log });
    const instances = await instancesOf(query, readings, log);
    const at = clock.now();
    return [
      sampleOf(gpu.gpusVisible, {}, readings.length, at),
      sampleOf(gpu.gpusExpected, {}, Math.max(atLeast, known.uuids.size), at),
      ...readings.map((one) => wholeOf(one, instances)).flatMap((one) => samplesOf(one, at)),
      ...instances.flatMap((one) => instanceSamples(one, at)),
      ...processSamples(processes, at),
    ];
  },
};

/** Cards that were listed within the last day; one that got a new driver has two series. */
const countOf = (stored: CheckContext['stored'], now: number): number =>
  new Set(stored(gpu.gpuInfo, now - rememberedMs).map(({ labels: { uuid } }) => uuid)).size;

/** No GPU at all is a measurement where there should be some; elsewhere the question has failed. */
async function readingsOf(query: GpuQuery, expected: number): Promise<GpuReading[]> {
  try {
    return await queryGpus(query);
  } catch (thrown) {
    if (expected > 0 && thrown instanceof OpsError && thrown.values['gpu_fault'] === 'no-device') return [];
    throw thrown;
  }
}

/** Who holds memory is an extra: the rest is measured without it. A program is not started where nothing has changed. */
async function processesOf(
  query: GpuQuery,
  readings: readonly GpuReading[],
  { clock, log }: Pick<CheckContext, 'clock' | 'log'>,
): Promise<readonly GpuProcess[]> {
  if (readings.length === 0) return [];
  const used = readings.map(({ uuid, memoryUsedBytes }) => `${uuid} ${memoryUsedBytes}`).join();
  const known = holders.get(query.command);
  const at = clock.monotonic();
  if (known?.used === used && at - known.at < holdersMs) return known.processes;
  const processes = await extra(queryGpuProcesses(query), 'processes', log);
  if (processes) holders.set(query.command, { used, at, processes });
  return processes ?? [];
}

/** Only nvidia-smi's report in XML has them, which is not asked for where no GPU is divided. */
async function instancesOf(
  query: GpuQuery,
  readings: readonly GpuReading[],
  log: Log,
): Promise<readonly GpuInstance[]> {
  if (!readings.some(({ mig }) => mig)) return [];
  return (await extra(queryGpuInstances(query), 'instances', log)) ?? [];
}

/** What is measured beside the rest, which does not fail with it. */
async function extra<T>(question: Promise<readonly T[]>, what: string, log: Log): Promise<readonly T[] | undefined> {
  try {
    return await question;
  } catch (thrown) {
    if (!(thrown instanceof OpsError)) throw thrown;
    log.warn({ reason: thrown.message }, `the ${what} on the GPUs are unknown`);
    return undefined;
  }
}

/** The memory of a GPU is that of its instances: sums must not count it twice. */
const wholeOf = (reading: GpuReading, instances: readonly GpuInstance[]): GpuReading =>
  instances.some(({ gpu: whole }) => whole === reading.uuid)
    ? { ...reading, memoryUsedBytes: undefined, memoryTotalBytes: undefined }
    : reading;

/** Under the name of the GPU and its place there, so that every rule and panel of memory holds for instances too. */
function instanceSamples({ gpu: whole, index, memoryUsedBytes, memoryTotalBytes }: GpuInstance, at: number): Sample[] {
  const uuid = `${whole} MIG ${index}`;
  return [
    sampleOf(gpu.gpuMemoryUsed, { uuid }, memoryUsedBytes, at),
    sampleOf(gpu.gpuMemoryTotal, { uuid }, memoryTotalBytes, at),
  ];
}

function samplesOf(reading: GpuReading, at: number): Sample[] {
  const { uuid, name, driverVersion, throttle } = reading;
  const index = reading.index === undefined ? '' : String(reading.index);
  const known = (metric: Metric, labels: Labels, value: number | boolean | undefined): Sample[] =>
    value === undefined ? [] : [{ name: metric.name, labels: { uuid, ...labels }, value: Number(value), at }];
  return [
    sampleOf(gpu.gpuInfo, { uuid, index, name, driver_version: driverVersion }, 1, at),
    ...known(gpu.gpuMemoryUsed, {}, reading.memoryUsedBytes),
    ...known(gpu.gpuMemoryTotal, {}, reading.memoryTotalBytes),
    ...known(gpu.gpuUtilization, {}, reading.utilizationRatio),
    ...known(gpu.gpuTemperature, { sensor: 'core' }, reading.temperatureCelsius),
    ...known(gpu.gpuTemperature, { sensor: 'memory' }, reading.memoryTemperatureCelsius),
    ...known(gpu.gpuTemperatureMargin, {}, reading.temperatureMarginCelsius),
    ...known(gpu.gpuPower, {}, reading.powerWatts),
    ...known(gpu.gpuPowerLimit, {}, reading.powerLimitWatts),
    ...known(gpu.gpuThrottle, { reason: 'hw_slowdown' }, throttle.hwSlowdown),
    ...known(gpu.gpuThrottle, { reason: 'hw_thermal_slowdown' }, throttle.hwThermal),
    ...known(gpu.gpuThrottle, { reason: 'sw_thermal_slowdown' }, throttle.swThermal),
    ...known(gpu.gpuThrottle, { reason: 'hw_power_brake_slowdown' }, throttle.powerBrake),
    ...known(gpu.gpuThrottle, { reason: 'sw_power_cap' }, throttle.swPowerCap),
    ...known(gpu.gpuEccErrors, { severity: 'corrected' }, reading.eccCorrected),
    ...known(gpu.gpuEccErrors, { severity: 'uncorrected' }, reading.eccUncorrected),
    ...known(gpu.gpuRemappedRows, { state: 'pending' }, reading.remapPending),
    ...known(gpu.gpuRemappedRows, { state: 'failure' }, reading.remapFailed),
    ...known(gpu.gpuMig, {}, reading.mig),
  ];
}

/** The sum by program: a process id as a label would make a new series at every start. */
function processSamples(processes: readonly GpuProcess[], at: number): Sample[] {
  const sums = new Map<string, { uuid: string; process: string; bytes: number }>();
  for (const { uuid, name, memoryBytes } of processes) {
    if (memoryBytes === undefined) continue;
    const process = programOf(name);
    const key = `${uuid} ${process}`;
    const bytes = (sums.get(key)?.bytes ?? 0) + memoryBytes;
    sums.set(key, { uuid, process, bytes });
  }
  return [...sums.values()].map(({ uuid, process, bytes }) =>
    sampleOf(gpu.gpuProcessMemory, { uuid, process }, bytes, at),
  );
}

/** Ollama's runners have names of their own, but stand in its folder. */
function programOf(name: string): string {
  if (/(^|\/)ollama/.test(name)) return 'ollama';
  return name.split(' ')[0]?.split('/').at(-1) || 'unknown';
}

export default check;
