import type { LogRecord } from '../logs/record.ts';
import { dcgmRows } from './dcgm.ts';

/**
 * Rows that `nvidia-smi --query-gpu=… --format=csv` and its like print, one for each field in such a column that passes the
 * test. Columns are named by a heading, or by the command where the heading was not asked for.
 */
export function csvRows(
  records: readonly LogRecord[],
  heading: RegExp,
  passes: (value: string) => boolean,
): LogRecord[] {
  let columns: readonly number[] = [];
  return records.flatMap((row) => {
    const [, asked] = /--query-(?:gpu|remapped-rows)=["']?([\w.,]+)/.exec(row.message) ?? [];
    const fields = (asked ?? row.message).split(',').map((field) => field.trim());
    const named = fields.flatMap((field, at) => (heading.test(field) ? [at] : []));
    if (asked !== undefined || named.length > 0) {
      columns = named;
      return [];
    }
    return columns.flatMap((column) => (passes(fields[column] ?? '') ? [row] : []));
  });
}

/** Rows of `nvidia-smi dmon`, whose names stand in a row of their own, with such a field in a column. */
export function dmonRows(records: readonly LogRecord[], name: RegExp, passes: (value: string) => boolean): LogRecord[] {
  let column = -1;
  return records.filter((row) => {
    const [names] = /\bgpu\s+(?:pwr|sm|pviol|fb|mclk)\b.*/.exec(row.message) ?? [];
    if (names !== undefined) {
      const found = names
        .trim()
        .split(/\s+/)
        .findIndex((one) => name.test(one));
      if (found >= 0) column = found;
    }
    return /^[\d\s-]+$/.test(row.message) && passes(row.message.trim().split(/\s+/)[column] ?? '');
  });
}

/** Why a card may be slowed down: its bits in `clocks_event_reasons.active`, and the reasons that have columns of their own. */
export const slowdowns = {
  thermal: { bits: 0x60, columns: /^clocks_(?:event|throttle)_reasons\.[sh]w_thermal_slowdown$/ },
  powerBrake: { bits: 0x80, columns: /^clocks_(?:event|throttle)_reasons\.hw_power_brake_slowdown$/ },
} as const;

/** Rows of the CSV output and of dcgm-exporter whose card is slowed down for such a reason; an event was a throttle before 535. */
export function slowedFor(
  records: readonly LogRecord[],
  { bits, columns }: (typeof slowdowns)[keyof typeof slowdowns],
): LogRecord[] {
  return [
    ...csvRows(
      records,
      /^clocks_(?:event|throttle)_reasons\.active$/,
      (value) => (Number.parseInt(value, 16) & bits) !== 0,
    ),
    ...csvRows(records, columns, (value) => value === 'Active'),
    ...dcgmRows(records, /^CLOCKS?_(?:THROTTLE|EVENT)_REASONS$/, (value) => (value & bits) !== 0),
  ];
}
