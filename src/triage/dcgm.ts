import type { LogRecord } from '../logs/record.ts';

/** Records of dcgm-exporter, one per card, that have such a value of a field; the name is without `DCGM_FI_DEV_`. */
export function dcgmRows(records: readonly LogRecord[], name: RegExp, passes: (value: number) => boolean): LogRecord[] {
  return records.filter(({ message }) => {
    const [, field = '', value] = /^DCGM_FI_DEV_(\w+)\{[^}]*\} (\d+(?:\.\d+)?)(?:\s|$)/.exec(message) ?? [];
    return name.test(field) && passes(Number(value));
  });
}
