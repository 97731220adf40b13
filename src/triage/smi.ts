import type { LogRecord } from '../logs/record.ts';

/** Fields that `nvidia-smi --query-gpu=… --format=csv` prints under a heading, with the row that each stands in. */
export function csvFields(records: readonly LogRecord[], heading: RegExp): { row: LogRecord; value: string }[] {
  let column = -1;
  return records.flatMap((row) => {
    const fields = row.message.split(/, ?/);
    const found = fields.findIndex((field) => heading.test(field.trim()));
    if (found >= 0) column = found;
    const value = fields[column]?.trim();
    return found >= 0 || value === undefined ? [] : [{ row, value }];
  });
}

/** Fields of one column of `nvidia-smi dmon`, whose names stand in a row of their own. */
export function dmonFields(records: readonly LogRecord[], name: RegExp): { row: LogRecord; value: string }[] {
  let column = -1;
  return records.flatMap((row) => {
    const [names] = /\bgpu\s+pwr\b.*/.exec(row.message) ?? [];
    if (names !== undefined) {
      const found = names
        .trim()
        .split(/\s+/)
        .findIndex((one) => name.test(one));
      if (found >= 0) column = found;
    }
    const value = /^[\d\s-]+$/.test(row.message) ? row.message.trim().split(/\s+/)[column] : undefined;
    return value === undefined ? [] : [{ row, value }];
  });
}

/** Bits of `clocks_event_reasons.active`, in drivers before 5xx `clocks_throttle_reasons.active`. */
export const throttleBits = { thermal: 0x60, powerBrake: 0x80 } as const;

/** Rows of the CSV output whose card is slowed down for such a reason. */
export function slowedFor(records: readonly LogRecord[], bits: number): LogRecord[] {
  return csvFields(records, /^clocks_(?:event|throttle)_reasons\.active$/)
    .filter(({ value }) => (Number.parseInt(value, 16) & bits) !== 0)
    .map(({ row }) => row);
}
