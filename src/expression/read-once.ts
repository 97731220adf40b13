import type { Select } from './ast.ts';
import type { Series, SeriesReader } from './series.ts';

/** Reads each window of a selector once: rules that judge a week by several of its statistics share the reading. */
export function readOnce(reader: SeriesReader): SeriesReader {
  const known = new Map<Select, Map<string, readonly Series[]>>();
  return {
    read(selector, from, to) {
      const windows = known.get(selector) ?? new Map<string, readonly Series[]>();
      known.set(selector, windows);
      const window = `${from} ${to}`;
      const series = windows.get(window) ?? reader.read(selector, from, to);
      windows.set(window, series);
      return series;
    },
  };
}
