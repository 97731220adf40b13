interface Throttle {
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
  readonly powerWatts: number | undefined;
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
    utilizationRatio: scaled(number(row, 'utilization.gpu'), 0.01),
    temperatureCelsius: number(row, 'temperature.gpu'),
    memoryTemperatureCelsius: number(row, 'temperature.memory'),
    powerWatts: number(row, 'power.draw'),
    throttle: {
      hwThermal: active(row, 'hw_thermal_slowdown'),
      swThermal: active(row, 'sw_thermal_slowdown'),
      powerBrake: active(row, 'hw_power_brake_slowdown'),
      swPowerCap: active(row, 'sw_power_cap'),
    },
  };
}

/** A number, with or without its unit; `[N/A]`, `[Unknown Error]`, `ERR!` and the like are unknown. */
function number(row: Row, field: string): number | undefined {
  const found = /^(-?\d+(?:\.\d+)?)(?:\s*(?:MiB|W|%|C))?$/.exec(row.get(field) ?? '');
  return found ? Number(found[1]) : undefined;
}

function scaled(value: number | undefined, factor: number): number | undefined {
  return value === undefined ? undefined : value * factor;
}

function active(row: Row, reason: string): boolean | undefined {
  const cell = row.get(`clocks_event_reasons.${reason}`) ?? row.get(`clocks_throttle_reasons.${reason}`);
  if (cell === 'Active') return true;
  return cell === 'Not Active' ? false : undefined;
}
