import type { LogRecord } from './record.ts';

/** Milliseconds, both ends included. */
export interface Window {
  readonly from: number;
  readonly to: number;
  /** The moment that was asked about: of a log that is too dense to be read whole, the part around it is read. */
  readonly focus?: number;
}

/** The records inside a window. One without a time belongs to the last one that has it, and is kept when none has. */
export function within(records: readonly LogRecord[], { from, to }: Window): LogRecord[] {
  let last: number | undefined;
  return records.filter((record) => {
    last = record.at ?? last;
    return last === undefined || (last >= from && last <= to);
  });
}
