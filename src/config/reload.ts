import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import { configReloadSuccessful, configReloadTime } from '../catalogue/process.ts';
import { reasonOf } from '../errors.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/registry.ts';
import { changedPaths } from './changes.ts';

/** An editor writes a file in several steps; the last of them is waited for, in milliseconds. */
const settleMs = 200;

/** The link that Kubernetes turns when a mounted ConfigMap changes; the file's own name then stays as it is. */
const configMapLink = '..data';

export interface ReloadInput<T> {
  /** Path of the file; without one there is nothing to read again. */
  readonly file: string | undefined;
  /** The running configuration. */
  readonly current: T;
  /** Reads and checks the whole configuration. */
  load(): Promise<T>;
  /** Swaps the running configuration; returns the paths of options that need a restart. */
  apply(next: T): readonly string[];
  readonly log: Log;
  readonly metrics?: Metrics;
  /** Hears whether the file was accepted, each time that it is read. */
  onRead?(accepted: boolean): void;
  /** Runs at each SIGHUP, before the file is read. */
  onSighup?(): void;
}

/**
 * Applies changes of the configuration file while the process runs: when the file changes, and at SIGHUP. A file with
 * mistakes is refused, told with all of them, and the running configuration stays.
 */
export function watchConfiguration<T>(input: ReloadInput<T>): { close(): void } {
  const { file, log } = input;
  const reload = createReload(input);
  let timer: NodeJS.Timeout | undefined;
  const onSighup = () => {
    input.onSighup?.();
    if (file !== undefined) void reload();
  };
  process.on('SIGHUP', onSighup);
  const watcher = file === undefined ? undefined : watchFile(file, log);
  watcher?.on('change', (_event, name) => {
    if (name !== null && name !== basename(file ?? '') && name !== configMapLink) return;
    clearTimeout(timer);
    timer = setTimeout(() => void reload(), settleMs).unref();
  });
  return {
    close() {
      process.off('SIGHUP', onSighup);
      clearTimeout(timer);
      watcher?.close();
    },
  };
}

/** Reads and applies one at a time; what changes meanwhile is read afterwards. */
function createReload<T>(input: ReloadInput<T>): () => Promise<void> {
  const { current, load, apply, log, metrics } = input;
  let running = current;
  let queue: Promise<void> = Promise.resolve();
  const once = async () => {
    try {
      const next = await load();
      const changed = changedPaths(running, next);
      const restart = changed.length === 0 ? [] : apply(next);
      running = next;
      input.onRead?.(true);
      metrics?.set(configReloadSuccessful, {}, 1);
      metrics?.set(configReloadTime, {}, Date.now() / 1000);
      if (changed.length > 0) log.info({ changed }, 'configuration reloaded');
      else log.info('configuration read again: nothing changed');
      if (restart.length > 0) log.warn({ options: restart }, 'these options take effect at the next start');
    } catch (thrown) {
      input.onRead?.(false);
      metrics?.set(configReloadSuccessful, {}, 0);
      log.error({ reason: reasonOf(thrown) }, 'configuration refused, the running one stays');
    }
  };
  return () => {
    queue = queue.then(once);
    return queue;
  };
}

/** Watches the folder, because editors replace the file. */
function watchFile(file: string, log: Log): FSWatcher | undefined {
  const untold = (thrown: unknown) => {
    log.warn({ reason: reasonOf(thrown) }, 'changes of the configuration file are not noticed; send SIGHUP after one');
  };
  try {
    return watch(dirname(file), { persistent: false }).on('error', untold);
  } catch (thrown) {
    untold(thrown);
    return undefined;
  }
}
