import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { OpsError, reasonOf } from '../errors.ts';
import type { Select } from '../expression/ast.ts';
import { matches } from '../expression/match.ts';
import {
  type Labels,
  labelKey,
  type Point,
  type Sample,
  type Series,
  type SeriesReader,
} from '../expression/series.ts';
import { transaction } from './transaction.ts';

/** samples.db: raw values for a few hours. Disposable: a file that cannot be read is set aside and a new one begun. */
export interface SampleStore extends SeriesReader {
  /** Writes samples in one transaction; NaN is left out, it measures nothing. */
  append(samples: readonly Sample[]): void;
  /** The newest point of every series that has one since `from`, milliseconds. */
  latest(name: string, from: number): Sample[];
  /**
   * Forgets points older than `before`, or than what `kept` says of a name; a slice of the series at each call so that no
   * call blocks for long.
   */
  prune(before: number, kept?: ReadonlyMap<string, number>): void;
  /** Bytes of the file that hold something; freed ones are used again before it grows. */
  bytes(): number;
  close(): void;
}

interface StoredSeries {
  readonly id: number;
  readonly labels: Labels;
}

const seriesPerPrune = 50;

const schema = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS series (id INTEGER PRIMARY KEY, name TEXT NOT NULL, labels TEXT NOT NULL, UNIQUE (name, labels));
  CREATE TABLE IF NOT EXISTS points (series INTEGER NOT NULL, at INTEGER NOT NULL, value REAL NOT NULL,
    PRIMARY KEY (series, at)) WITHOUT ROWID;`;

/** Opens samples.db in a folder. `onReset` hears why an unreadable file was set aside as `samples.db.corrupt`. */
export function openSamples(folder: string, onReset: (reason: string) => void = () => {}): SampleStore {
  mkdirSync(folder, { recursive: true });
  return storeOf(openOrReplace(path.join(folder, 'samples.db'), onReset));
}

/**
 * Opens the samples.db of a watch that may be running, to read.
 *
 * @throws OpsError `file_unreadable` where there is none, or none that can be read.
 */
export function openSamplesToRead(folder: string): SampleStore {
  const file = path.join(folder, 'samples.db');
  try {
    return storeOf(new DatabaseSync(file, { readOnly: true, timeout: 5000 }));
  } catch (error) {
    throw new OpsError('file_unreadable', { path: file, reason: reasonOf(error) }, { cause: error });
  }
}

function storeOf(database: DatabaseSync): SampleStore {
  let index = readIndex(database);
  const insertSeries = database.prepare('INSERT INTO series (name, labels) VALUES (?, ?)');
  const insertPoint = database.prepare('INSERT OR REPLACE INTO points (series, at, value) VALUES (?, ?, ?)');
  const range = database.prepare('SELECT at, value FROM points WHERE series = ? AND at > ? AND at <= ? ORDER BY at');
  const newest = database.prepare('SELECT at, value FROM points WHERE series = ? AND at > ? ORDER BY at DESC LIMIT 1');
  const remove = database.prepare('DELETE FROM points WHERE series = ? AND at < ?');
  const held = database.prepare(
    'SELECT (page_count - freelist_count) * page_size AS bytes FROM pragma_page_count, pragma_freelist_count, pragma_page_size',
  );
  let pruned = 0;

  const seriesOf = ({ name, labels }: Sample): StoredSeries => {
    const known = index.get(name) ?? new Map<string, StoredSeries>();
    index.set(name, known);
    const key = labelKey(labels);
    const found = known.get(key);
    if (found) return found;
    const created = { id: Number(insertSeries.run(name, JSON.stringify(labels)).lastInsertRowid), labels };
    known.set(key, created);
    return created;
  };

  return {
    append(samples) {
      try {
        transaction(database, () => {
          for (const sample of samples) {
            if (!Number.isNaN(sample.value)) insertPoint.run(seriesOf(sample).id, Math.round(sample.at), sample.value);
          }
        });
      } catch (error) {
        // Series that were created in it are not in the file.
        index = readIndex(database);
        throw error;
      }
    },
    read(select, from, to) {
      return matching(index, select).flatMap(({ id, labels }): Series[] => {
        const points = range.all(id, Math.round(from), Math.round(to)) as unknown as Point[];
        return points.length > 0 ? [{ labels, points }] : [];
      });
    },
    latest(name, from) {
      return [...(index.get(name)?.values() ?? [])].flatMap(({ id, labels }): Sample[] => {
        const point = newest.get(id, Math.round(from)) as unknown as Point | undefined;
        return point ? [{ name, labels, ...point }] : [];
      });
    },
    prune(before, kept = new Map()) {
      const series = [...index].flatMap(([name, known]) =>
        [...known.values()].map(({ id }) => ({ id, before: kept.get(name) ?? before })),
      );
      for (const one of series.slice(pruned, pruned + seriesPerPrune)) remove.run(one.id, Math.round(one.before));
      pruned = pruned + seriesPerPrune >= series.length ? 0 : pruned + seriesPerPrune;
    },
    bytes: () => Number(held.get()?.['bytes']),
    close() {
      database.close();
    },
  };
}

function openOrReplace(file: string, onReset: (reason: string) => void): DatabaseSync {
  try {
    return open(file);
  } catch (error) {
    onReset(error instanceof Error ? error.message : String(error));
    rmSync(`${file}-wal`, { force: true });
    rmSync(`${file}-shm`, { force: true });
    if (existsSync(file)) renameSync(file, `${file}.corrupt`);
    return open(file);
  }
}

function open(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: 5000 });
  try {
    database.exec(schema);
    const { quick_check: verdict } = database.prepare('PRAGMA quick_check(1)').get() ?? {};
    if (verdict !== 'ok') throw new Error(String(verdict));
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function readIndex(database: DatabaseSync): Map<string, Map<string, StoredSeries>> {
  const index = new Map<string, Map<string, StoredSeries>>();
  for (const row of database.prepare('SELECT id, name, labels FROM series').all()) {
    const labels: Labels = JSON.parse(String(row['labels']));
    const known = index.get(String(row['name'])) ?? new Map<string, StoredSeries>();
    known.set(labelKey(labels), { id: Number(row['id']), labels });
    index.set(String(row['name']), known);
  }
  return index;
}

function matching(index: ReadonlyMap<string, ReadonlyMap<string, StoredSeries>>, select: Select): StoredSeries[] {
  return [...(index.get(select.series)?.values() ?? [])].filter(({ labels }) => matches(select, labels));
}
