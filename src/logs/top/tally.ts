/** What abnormal requests can be counted by. */
export const groupings = ['client', 'path', 'key', 'error'] as const;

export type Grouping = (typeof groupings)[number];

/** One request that did not end well, with a value for every grouping. */
export type Abnormal = Readonly<Record<Grouping, string>> & {
  readonly status: number;
  /** Wall time in milliseconds, undefined where the line has none. */
  readonly at: number | undefined;
};

export interface Row {
  readonly value: string;
  readonly count: number;
  /** Number of requests by HTTP status. */
  readonly statuses: Readonly<Record<string, number>>;
}

/** Values that are counted at once. An attack brings millions of them, of which most occur once. */
const mostValues = 50_000;
const valueChars = 200;

/** Number of requests by value and HTTP status. */
export interface Counts {
  readonly counts: ReadonlyMap<string, ReadonlyMap<number, number>>;
  /** Whether rare values were given up, so that counts may be too low. */
  readonly approximate: boolean;
}

/** Counts in bounded memory. */
export class Tally implements Counts {
  readonly counts = new Map<string, Map<number, number>>();
  total = 0;
  approximate = false;

  add(value: string, status: number, count = 1): void {
    const short = value.slice(0, valueChars);
    const statuses = this.counts.get(short) ?? this.#begin(short);
    statuses.set(status, (statuses.get(status) ?? 0) + count);
    this.total += count;
  }

  merge({ counts, approximate }: Counts): void {
    for (const [value, statuses] of counts) {
      for (const [status, count] of statuses) this.add(value, status, count);
    }
    this.approximate ||= approximate;
  }

  /** The most frequent values; ties by name, so that two runs print the same. */
  top(rows: number): Row[] {
    return [...this.counts]
      .map(([value, statuses]) => ({ value, count: sum(statuses), statuses }))
      .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
      .slice(0, rows)
      .map(({ statuses, ...row }) => ({ ...row, statuses: Object.fromEntries(statuses) }));
  }

  #begin(value: string): Map<number, number> {
    if (this.counts.size >= mostValues) this.#forgetRare();
    const statuses = new Map<number, number>();
    this.counts.set(value, statuses);
    return statuses;
  }

  #forgetRare(): void {
    const kept = [...this.counts].sort(([, a], [, b]) => sum(b) - sum(a)).slice(0, mostValues / 2);
    this.counts.clear();
    for (const [value, statuses] of kept) this.counts.set(value, statuses);
    this.approximate = true;
  }
}

function sum(statuses: ReadonlyMap<number, number>): number {
  let all = 0;
  for (const count of statuses.values()) all += count;
  return all;
}
