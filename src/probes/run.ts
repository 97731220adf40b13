import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { codeOf, OpsError, reasonOf } from '../errors.ts';

export interface RunOptions {
  /** Milliseconds until the program is given up and killed. */
  readonly timeoutMs: number;
  /** Characters of each stream that are kept; a program that writes more is ended. */
  readonly maxChars?: number;
  /** Refuses to start the program while one that was given up has not ended: a second one beside it would hang as well. */
  readonly exclusive?: boolean;
}

export interface RunResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

type Child = ChildProcessByStdio<null, Readable, Readable>;

/** Programs that were given up and have not ended, by command. */
const lingering = new Map<string, Child>();

/** Whoever ends takes what he started with him. */
const running = new Set<Child>();
process.on('exit', () => running.forEach(kill));

/**
 * Runs a program without a shell, in the C locale, with a deadline. A program that ran gives its result whatever its exit
 * code; one that is missing, may not be run, or does not answer in time throws `probe_failed`. It is killed with all that
 * it started. The deadline holds even for a child in uninterruptible wait, which no signal ends: nvidia-smi does that on
 * a dead GPU.
 *
 * Node's own child_process: execa costs an idle watch 3 MB, and as much CPU per program as the rest of a check.
 */
export async function runProgram(
  command: string,
  args: readonly string[],
  { timeoutMs, maxChars = 512 * 1024, exclusive = false }: RunOptions,
): Promise<RunResult> {
  const before = exclusive ? lingering.get(command) : undefined;
  if (before) throw failure(command, `no answer: the one started before (pid ${before.pid}) has not ended yet`);
  const child = start(command, args);
  const [out, err] = [child.stdout, child.stderr].map((stream) => keep(stream, maxChars, () => kill(child)));
  const ended = end(child).then(
    (result) => ({ ...result, stdout: out?.text ?? '', stderr: err?.text ?? '' }),
    (thrown: unknown) => {
      throw failure(command, startFailure(command, thrown), thrown);
    },
  );
  const late = Promise.withResolvers<'late'>();
  const deadline = setTimeout(() => {
    kill(child);
    late.resolve('late');
  }, timeoutMs);
  try {
    const result = await Promise.race([ended, late.promise]);
    if (result === 'late') {
      letGo(command, child);
      throw failure(command, `no answer within ${timeoutMs} ms`);
    }
    if (result.exitCode === null && !out?.full && !err?.full) throw failure(command, `ended by ${result.signal}`);
    return { ...result, exitCode: result.exitCode ?? 0 };
  } finally {
    clearTimeout(deadline);
  }
}

function start(command: string, args: readonly string[]): Child {
  const env = { ...process.env, LC_ALL: 'C' };
  // In a group of its own, so that what a script has started can be killed with it.
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env, detached: true });
  running.add(child);
  child.once('close', () => running.delete(child));
  return child;
}

/** Ends with the child and its pipes. */
async function end(child: Child) {
  const [exitCode, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { exitCode, signal };
}

/** The text of a stream up to some characters, without its last line break. */
function keep(stream: Readable, maxChars: number, overflow: () => void) {
  let text = '';
  const kept = {
    full: false,
    get text() {
      return text.replace(/\n$/, '');
    },
  };
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk.slice(0, maxChars - text.length);
    if (kept.full || text.length < maxChars) return;
    kept.full = true;
    overflow();
  });
  return kept;
}

function kill({ pid }: Child): void {
  try {
    // 0 would be our own group.
    if (pid) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

const failure = (command: string, reason: string, cause?: unknown): OpsError =>
  new OpsError('probe_failed', { probe: command, reason }, { cause });

function startFailure(command: string, thrown: unknown): string {
  const code = codeOf(thrown);
  if (code === 'ENOENT') return `${command} is not installed or not on PATH`;
  if (code === 'EACCES') return `${command} may not be run by this user`;
  return reasonOf(thrown);
}

/**
 * Stops waiting for a child that cannot be killed, or of which something still holds the pipes. They stay open, for their
 * end is the only sign that all of it is gone; neither they nor the child keep this process alive.
 */
function letGo(command: string, child: Child): void {
  lingering.set(command, child);
  child.once('close', () => lingering.delete(command));
  for (const stream of [child.stdout, child.stderr]) {
    stream.resume();
    if (stream instanceof Socket) stream.unref();
  }
  child.unref();
}
