import type { DatabaseSync } from 'node:sqlite';
import type { Select } from '../expression/ast.ts';
import { matches } from '../expression/match.ts';
import { type Labels, labelKey, type Sample } from '../expression/series.ts';

export interface StoredSeries {
  readonly id: number;
  readonly name: string;
  readonly labels: Labels;
}

/** The series of samples.db in memory: name and labels to id. */
export interface SeriesIndex {
  /** The series of a sample; a new one is written. */
  seriesOf(sample: Pick<Sample, 'name' | 'labels'>): StoredSeries;
  named(name: string): readonly StoredSeries[];
  matching(select: Select): readonly StoredSeries[];
  all(): readonly StoredSeries[];
  /** Reads the file again: series that a transaction created and took back are not in it. */
  reload(): void;
}

export function seriesIndex(database: DatabaseSync): SeriesIndex {
  const insert = database.prepare('INSERT INTO series (name, labels) VALUES (?, ?)');
  const byName = new Map<string, Map<string, StoredSeries>>();

  const add = (series: StoredSeries): StoredSeries => {
    const known = byName.get(series.name) ?? new Map<string, StoredSeries>();
    byName.set(series.name, known.set(labelKey(series.labels), series));
    return series;
  };
  const named = (name: string): StoredSeries[] => [...(byName.get(name)?.values() ?? [])];
  const reload = (): void => {
    byName.clear();
    for (const { id, name, labels } of database.prepare('SELECT id, name, labels FROM series').all()) {
      add({ id: Number(id), name: String(name), labels: JSON.parse(String(labels)) });
    }
  };
  reload();

  return {
    seriesOf({ name, labels }) {
      const found = byName.get(name)?.get(labelKey(labels));
      return found ?? add({ id: Number(insert.run(name, JSON.stringify(labels)).lastInsertRowid), name, labels });
    },
    named,
    matching: (select) => named(select.series).filter(({ labels }) => matches(select, labels)),
    all: () => [...byName.values()].flatMap((known) => [...known.values()]),
    reload,
  };
}
