import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { OpsError, reasonOf } from '../errors.ts';
import type { Point, Sample, Series, SeriesReader } from '../expression/series.ts';
import { makeFolder } from '../make-folder.ts';
import { openSamplesFile } from './samples-file.ts';
import { type StoredSeries, seriesIndex } from './series-index.ts';
import { transaction } from './transaction.ts';

/**
 * samples.db: raw values of a few hours, thinned ones of some days. Disposable: a file that cannot be read is set aside
 * and a new one begun.
 */
export interface SampleStore extends SeriesReader {
  /** Writes samples in one transaction; NaN is left out, it measures nothing. */
  append(samples: readonly Sample[]): void;
  /** The newest point of every series that has one since `from`, milliseconds. */
  latest(name: string, from: number): Sample[];
  /** Forgets what a clock that was set back has left in the future, milliseconds. */
  forgetAfter(at: number): void;
  /** Thins and forgets; a slice of the series at each call so that no call blocks for long. */
  prune(retention: Retention): void;
  /** Bytes of the file that hold something; freed ones are used again before it grows. */
  bytes(): number;
  close(): void;
}

/** Wall times in milliseconds. */
export interface Retention {
  /** Of older points the last one of every two minutes stays. */
  readonly rawSince: number;
  /** Older points go. */
  readonly thinnedSince: number;
  /** Names whose points are not thinned, and since when they stay. */
  readonly keptSince?: ReadonlyMap<string, number>;
}

const seriesPerPrune = 50;

/** The shortest window of a rule is 5 minutes: a rate over it needs two points, whatever their place in it. */
export const thinnedStepMs = 120_000;

/** Opens samples.db in a folder. `onReset` hears why an unreadable file was set aside as `samples.db.corrupt`. */
export function openSamples(folder: string, onReset: (reason: string) => void = () => {}): SampleStore {
  makeFolder(folder);
  return storeOf(openSamplesFile(path.join(folder, 'samples.db'), onReset));
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
  const index = seriesIndex(database);
  const insert = database.prepare('INSERT OR REPLACE INTO points (series, at, value) VALUES (?, ?, ?)');
  const range = database.prepare('SELECT at, value FROM points WHERE series = ? AND at > ? AND at <= ? ORDER BY at');
  const newest = database.prepare('SELECT at, value FROM points WHERE series = ? AND at > ? ORDER BY at DESC LIMIT 1');
  const held = database.prepare(
    'SELECT (page_count - freelist_count) * page_size AS bytes FROM pragma_page_count, pragma_freelist_count, pragma_page_size',
  );
  const forget = database.prepare('DELETE FROM points WHERE series = ? AND at > ?');
  const prune = pruner(database);

  return {
    append(samples) {
      if (samples.length === 0) return;
      try {
        transaction(database, () => {
          for (const sample of samples) {
            if (!Number.isNaN(sample.value)) insert.run(index.seriesOf(sample).id, Math.round(sample.at), sample.value);
          }
        });
      } catch (error) {
        index.reload();
        throw error;
      }
    },
    read(select, from, to) {
      return index.matching(select).flatMap(({ id, labels }): Series[] => {
        const points = range.all(id, Math.round(from), Math.round(to)) as unknown as Point[];
        return points.length > 0 ? [{ labels, points }] : [];
      });
    },
    latest(name, from) {
      return index.named(name).flatMap(({ id, labels }): Sample[] => {
        const point = newest.get(id, Math.round(from)) as unknown as Point | undefined;
        return point ? [{ name, labels, ...point }] : [];
      });
    },
    forgetAfter(at) {
      transaction(database, () => {
        for (const { id } of index.all()) forget.run(id, Math.round(at));
      });
    },
    prune: (retention) => prune(index.all(), retention),
    bytes: () => Number(held.get()?.['bytes']),
    close() {
      database.close();
    },
  };
}

/** Goes round the series; what it has thinned once it does not look at again. */
function pruner(database: DatabaseSync): (series: readonly StoredSeries[], retention: Retention) => void {
  const remove = database.prepare('DELETE FROM points WHERE series = ? AND at < ?');
  const thin = database.prepare(`DELETE FROM points WHERE series = :series AND at >= :from AND at < :to AND at NOT IN (
    SELECT MAX(at) FROM points WHERE series = :series AND at >= :from AND at < :to GROUP BY at / ${thinnedStepMs})`);
  const thinnedTo = new Map<number, number>();
  let next = 0;

  return (series, { rawSince, thinnedSince, keptSince }) => {
    const to = Math.floor(rawSince / thinnedStepMs) * thinnedStepMs;
    const slice = series.slice(next, next + seriesPerPrune);
    transaction(database, () => {
      for (const { id, name } of slice) {
        const kept = keptSince?.get(name);
        remove.run(id, Math.round(kept ?? thinnedSince));
        if (kept === undefined) thin.run({ series: id, from: thinnedTo.get(id) ?? 0, to });
      }
    });
    for (const { id } of slice) thinnedTo.set(id, to);
    next = next + seriesPerPrune >= series.length ? 0 : next + seriesPerPrune;
  };
}
