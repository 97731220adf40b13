import type { Select } from './ast.ts';

export type Labels = Readonly<Record<string, string>>;

/** One measured value. `at` is wall time in milliseconds. */
export interface Sample {
  /** Series name, such as `ops_gpu_memory_used_bytes` or `…_bucket`. */
  readonly name: string;
  readonly labels: Labels;
  readonly value: number;
  readonly at: number;
}

export interface Point {
  readonly at: number;
  readonly value: number;
}

export interface Series {
  readonly labels: Labels;
  /** In the order of time. */
  readonly points: readonly Point[];
}

/** Where expressions read from: the store, or a table in a test. */
export interface SeriesReader {
  /** Series that match `selector`, with their points in (from, to], milliseconds. Series without a point are left out. */
  read(selector: Select, from: number, to: number): readonly Series[];
}

/** A stable identity of a label set, whatever the order of its labels. */
export function labelKey(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}
