import type { LogRecord } from '../logs/record.ts';
import { says } from './cause.ts';

const heading = /^\W{0,4}([\w@.-]{1,80})\.service - /;
const stopped = /Active: (?:inactive|failed|activating) ?\((?!start)/;

/** The lines of `systemctl status` that say that a unit does not run. */
export function stoppedUnit(records: readonly LogRecord[], unit: string): LogRecord[] {
  let name: string | undefined;
  return records.filter((record) => {
    name = heading.exec(record.message)?.[1] ?? name;
    return name === unit && says(record, stopped);
  });
}
