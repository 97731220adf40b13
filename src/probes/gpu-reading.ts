interface Throttle {
  readonly hwSlowdown: boolean | undefined;
  readonly hwThermal: boolean | undefined;
  readonly swThermal: boolean | undefined;
  readonly powerBrake: boolean | undefined;
  readonly swPowerCap: boolean | undefined;
}

/** One GPU at one moment. `undefined` is "the driver does not say", never 0. */
export interface GpuReading {
  readonly index: number | undefined;
  readonly uuid: string;
  readonly name: string;
  readonly driverVersion: string;
  readonly memoryUsedBytes: number | undefined;
  readonly memoryTotalBytes: number | undefined;
  /** 0 to 1. */
  readonly utilizationRatio: number | undefined;
  readonly temperatureCelsius: number | undefined;
  readonly memoryTemperatureCelsius: number | undefined;
  /** Degrees left until the card slows itself down; 0 or less means that it does. */
  readonly temperatureMarginCelsius: number | undefined;
  readonly powerWatts: number | undefined;
  readonly powerLimitWatts: number | undefined;
  /** Since the driver was loaded. */
  readonly eccCorrected: number | undefined;
  readonly eccUncorrected: number | undefined;
  /** A memory row waits for a reset of the GPU to be replaced. */
  readonly remapPending: boolean | undefined;
  /** A memory row could not be replaced: the card is defective. */
  readonly remapFailed: boolean | undefined;
  /** Divided into instances; the driver then gives no utilization of the whole. */
  readonly mig: boolean | undefined;
  readonly throttle: Throttle;
}

/** Cells of one line of the CSV by field name. */
export type Row = ReadonlyMap<string, string>;

/** Splits CSV without header; a line whose number of cells is wrong is a message, not a reading. */
export function parseCells(csv: string, fields: readonly string[]): Row[] {
  return csv
    .split('\n')
    .map((line) => line.split(',').map((cell) => cell.trim()))
    .filter((cells) => cells.length === fields.length && fields.length > 1)
    .map((cells) => new Map(fields.map((field, at) => [field, cells[at] ?? ''])));
}

const mebibyte = 1024 * 1024;

export function toReading(row: Row): GpuReading {
  const bytes = (field: string) => scaled(number(row, field), mebibyte);
  return {
    index: number(row, 'index'),
    uuid: row.get('uuid') ?? '',
    name: row.get('name') ?? '',
    driverVersion: row.get('driver_version') ?? '',
    memoryUsedBytes: bytes('memory.used'),
    memoryTotalBytes: bytes('memory.total'),
    utilizationRatio: ratio(number(row, 'utilization.gpu')),
    temperatureCelsius: number(row, 'temperature.gpu'),
    memoryTemperatureCelsius: number(row, 'temperature.memory'),
    temperatureMarginCelsius: number(row, 'temperature.gpu.tlimit'),
    powerWatts: number(row, 'power.draw'),
    powerLimitWatts: number(row, 'enforced.power.limit'),
    eccCorrected: number(row, 'ecc.errors.corrected.volatile.total'),
    eccUncorrected: number(row, 'ecc.errors.uncorrected.volatile.total'),
    remapPending: yes(row, 'remapped_rows.pending'),
    remapFailed: yes(row, 'remapped_rows.failure'),
    mig: yes(row, 'mig.mode.current'),
    throttle: {
      hwSlowdown: active(row, 'hw_slowdown'),
      hwThermal: active(row, 'hw_thermal_slowdown'),
      swThermal: active(row, 'sw_thermal_slowdown'),
      powerBrake: active(row, 'hw_power_brake_slowdown'),
      swPowerCap: active(row, 'sw_power_cap'),
    },
  };
}

/** A number, with or without its unit; `[N/A]`, `[Unknown Error]`, `ERR!` and the like are unknown. */
function numberIn(cell: string): number | undefined {
  const found = /^(-?\d+(?:\.\d+)?)(?:\s*(?:MiB|W|%|C))?$/.exec(cell);
  return found ? Number(found[1]) : undefined;
}

function number(row: Row, field: string): number | undefined {
  return numberIn(row.get(field) ?? '');
}

function scaled(value: number | undefined, factor: number): number | undefined {
  return value === undefined ? undefined : value * factor;
}

/** Divided: 35 times 0.01 is not 0.35. */
const ratio = (percent: number | undefined): number | undefined => (percent === undefined ? undefined : percent / 100);

function active(row: Row, reason: string): boolean | undefined {
  return verdict(row.get(`clocks_event_reasons.${reason}`) ?? row.get(`clocks_throttle_reasons.${reason}`));
}

function yes(row: Row, field: string): boolean | undefined {
  return verdict(row.get(field));
}

/** Words and, in the columns of remapped rows, counts. */
function verdict(cell = ''): boolean | undefined {
  if (/^(Active|Yes|Enabled|[1-9]\d*)$/.test(cell)) return true;
  return /^(Not Active|No|Disabled|0)$/.test(cell) ? false : undefined;
}

/** Memory that one process holds on one GPU. */
export interface GpuProcess {
  readonly uuid: string;
  readonly pid: number;
  readonly name: string;
  /** Unknown to a container, and on cards under WDDM. */
  readonly memoryBytes: number | undefined;
}

/**
 * Reads `gpu_uuid, pid, process_name, used_gpu_memory`. A process chooses its name, which may contain commas: the cells
 * are taken from both ends. A line that is a message is left out.
 */
export function parseProcesses(csv: string): GpuProcess[] {
  return csv.split('\n').flatMap((line) => {
    const [, uuid = '', pid, name = '', memory = ''] = /^([^,]+),\s*(\d+),\s*(.*),\s*([^,]+)$/.exec(line.trim()) ?? [];
    if (pid === undefined) return [];
    return [{ uuid, pid: Number(pid), name, memoryBytes: scaled(numberIn(memory), mebibyte) }];
  });
}
