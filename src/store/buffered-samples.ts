import { memorySeries } from '../expression/memory.ts';
import { labelKey, type Sample, type Series, type SeriesReader } from '../expression/series.ts';
import type { SampleStore } from './samples.ts';

/** What is kept where nothing can be written, milliseconds: the rules' shorter windows need no more. */
const heldMs = 900_000;

/**
 * The samples for a disk that may be full: what cannot be written is held in memory and read from there, so that the rules
 * do not go blind, and written when there is room again. `append` throws all the same.
 */
export function bufferedSamples(store: SampleStore): SampleStore {
  let held: readonly Sample[] = [];
  let memory: SeriesReader = memorySeries(held);

  const hold = (samples: readonly Sample[]): void => {
    const since = samples.reduce((newest, { at }) => Math.max(newest, at), 0) - heldMs;
    held = samples.filter(({ at, value }) => at > since && !Number.isNaN(value));
    memory = memorySeries(held);
  };

  return {
    ...store,
    append(samples) {
      const all = held.length === 0 ? samples : [...held, ...samples];
      try {
        store.append(all);
        if (held.length > 0) hold([]);
      } catch (error) {
        hold(all);
        throw error;
      }
    },
    read(select, from, to) {
      const written = store.read(select, from, to);
      return held.length === 0 ? written : joined(written, memory.read(select, from, to));
    },
    forgetAfter(at) {
      hold(held.filter((sample) => sample.at <= at));
      store.forgetAfter(at);
    },
    latest(name, from) {
      const newest = new Map(store.latest(name, from).map((sample) => [labelKey(sample.labels), sample]));
      for (const sample of held)
        if (sample.name === name && sample.at > from) newest.set(labelKey(sample.labels), sample);
      return [...newest.values()];
    },
  };
}

/** What is held is later than what is written. */
function joined(written: readonly Series[], later: readonly Series[]): Series[] {
  const rest = new Map(later.map((series) => [labelKey(series.labels), series]));
  const both = written.map(({ labels, points }) => {
    const key = labelKey(labels);
    const more = rest.get(key)?.points ?? [];
    rest.delete(key);
    return { labels, points: [...points, ...more] };
  });
  return [...both, ...rest.values()];
}
