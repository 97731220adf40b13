import { OpsError } from '../errors.ts';
import type { SampleStore } from './samples.ts';

/**
 * The samples of a disk that may be full already at the start, where samples.db cannot even be opened: it is tried again
 * with each write, and holds nothing until then.
 *
 * @throws what `open` throws, but for a full disk.
 */
export function lateSamples(open: () => SampleStore): SampleStore {
  let store = unlessFull(open);
  return {
    append(samples) {
      store ??= open();
      store.append(samples);
    },
    read: (select, from, to) => store?.read(select, from, to) ?? [],
    latest: (name, from) => store?.latest(name, from) ?? [],
    forgetAfter: (at) => store?.forgetAfter(at),
    prune: (retention) => store?.prune(retention),
    bytes: () => store?.bytes() ?? 0,
    close: () => store?.close(),
  };
}

function unlessFull(open: () => SampleStore): SampleStore | undefined {
  try {
    return open();
  } catch (error) {
    if (error instanceof OpsError && error.code === 'disk_full') return undefined;
    throw error;
  }
}
