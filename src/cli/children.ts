import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { exitCode } from '../errors.ts';
import { root } from '../package.ts';
import type { Log } from '../telemetry/log.ts';

export interface ChildSpec {
  /** Command of `ops`, such as `gateway`. */
  readonly name: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Where the child's standard output and error go: to ours, or to an open file. */
  readonly output: 'inherit' | number;
}

export interface Children {
  /** Resolves with an exit code when the children are gone for good: stopped, or one refused its configuration. */
  readonly ended: Promise<number>;
  /** Sends SIGTERM to all, SIGKILL after `graceMs`. Idempotent. */
  stop(): Promise<void>;
  /** Tells all to read their configuration again, as SIGHUP tells one. */
  reload(): void;
}

const entry = fileURLToPath(new URL('bin/ops.js', root));
const graceMs = 10_000;
const firstRestartMs = 1000;
const slowestRestartMs = 30_000;
const steadyMs = 60_000;

/** Exit codes that another start would only repeat. */
const hopeless: readonly number[] = [exitCode.configuration, exitCode.usage];

/** Runs commands of `ops` as children and starts again what crashes, each time a little later. */
export function superviseChildren(specs: readonly ChildSpec[], log: Log): Children {
  const processes = new Map<string, ChildProcess>();
  const restarts = new Map<string, number>();
  const timers = new Set<NodeJS.Timeout>();
  let stopping: Promise<void> | undefined;
  let finish: (code: number) => void = () => {};
  const ended = new Promise<number>((resolve) => {
    finish = resolve;
  });

  const start = (spec: ChildSpec): void => {
    const startedAt = performance.now();
    const child = spawn(process.execPath, [...process.execArgv, entry, spec.name, ...spec.args], {
      stdio: ['ignore', spec.output, spec.output, 'ipc'],
      env: { ...process.env, ...spec.env },
    });
    processes.set(spec.name, child);
    child.once('exit', (code, signal) => {
      processes.delete(spec.name);
      if (stopping) return;
      if (code !== null && hopeless.includes(code)) {
        void stop(code);
        return;
      }
      restartLater(spec, startedAt, signal ?? `exit code ${code}`);
    });
  };

  const restartLater = (spec: ChildSpec, startedAt: number, reason: string): void => {
    const before = performance.now() - startedAt > steadyMs ? 0 : (restarts.get(spec.name) ?? 0);
    restarts.set(spec.name, before + 1);
    const delay = Math.min(firstRestartMs * 2 ** before, slowestRestartMs);
    log.error({ child: spec.name, reason, restart_in_seconds: delay / 1000 }, `${spec.name} ended unexpectedly`);
    const timer = setTimeout(() => {
      timers.delete(timer);
      start(spec);
    }, delay);
    timers.add(timer);
  };

  const stop = (code: number = exitCode.fine): Promise<void> => {
    stopping ??= (async () => {
      for (const timer of timers) clearTimeout(timer);
      await Promise.all([...processes.values()].map(terminate));
      finish(code);
    })();
    return stopping;
  };

  for (const spec of specs) start(spec);
  const reload = () => {
    for (const child of processes.values()) child.kill('SIGHUP');
  };
  return { ended, stop: () => stop(), reload };
}

function terminate(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const force = setTimeout(() => child.kill('SIGKILL'), graceMs);
    child.once('exit', () => {
      clearTimeout(force);
      resolve();
    });
    child.kill('SIGTERM');
  });
}
