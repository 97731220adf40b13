import type { ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import { execa } from 'execa';
import { codeOf, OpsError, reasonOf } from '../errors.ts';

export interface RunOptions {
  /** Milliseconds until the program is given up and killed. */
  readonly timeoutMs: number;
  /** Characters of each stream that are kept; a program that writes more is ended. */
  readonly maxChars?: number;
  /** Refuses to start the program while one that was given up has not ended: a second one beside it would hang as well. */
  readonly exclusive?: boolean;
  /** What the program reads on its standard input; without it there is none. */
  readonly input?: string;
}

export interface RunResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Programs that were given up and have not ended, by command. */
const lingering = new Map<string, ChildProcess>();

/** Whoever ends takes what he started with him; execa does that only for programs in our own group. */
const running = new Set<ChildProcess>();
process.on('exit', () => running.forEach(kill));

/** A killed program is reported a moment after the signal; one that no signal ends is not. */
const graceMs = 250;

/**
 * Runs a program without a shell, in the C locale, with a deadline. A program that ran gives its result whatever its exit
 * code; one that is missing, may not be run, or does not answer in time throws `probe_failed`. It is killed with all that
 * it started. The deadline holds even for a child in uninterruptible wait, which no signal ends: nvidia-smi does that on
 * a dead GPU.
 */
export async function runProgram(
  command: string,
  args: readonly string[],
  { timeoutMs, maxChars = 512 * 1024, exclusive = false, input }: RunOptions,
): Promise<RunResult> {
  const before = exclusive ? lingering.get(command) : undefined;
  if (before) throw failure(command, `no answer: the one started before (pid ${before.pid}) has not ended yet`);
  const subprocess = execa(command, [...args], {
    ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
    reject: false,
    env: { LC_ALL: 'C' },
    maxBuffer: maxChars,
    // In a group of its own, so that what a script has started can be killed with it.
    detached: true,
  });
  const child = subprocess.nodeChildProcess;
  running.add(child);
  child.once('close', () => running.delete(child));
  let late = false;
  const deadline = setTimeout(() => {
    late = true;
    kill(child);
  }, timeoutMs);
  const result = await Promise.race([subprocess, giveUp(timeoutMs + graceMs)]);
  clearTimeout(deadline);
  if (result === 'gave up') letGo(command, child);
  if (late || result === 'gave up') throw failure(command, `no answer within ${timeoutMs} ms`);
  if (result.exitCode === undefined && !result.isMaxBuffer) {
    throw failure(command, startFailure(command, result), result);
  }
  return { exitCode: result.exitCode ?? 0, stdout: result.stdout, stderr: result.stderr };
}

const failure = (command: string, reason: string, cause?: unknown): OpsError =>
  new OpsError('probe_failed', { probe: command, reason }, { cause });

function kill({ pid }: ChildProcess): void {
  try {
    // 0 would be our own group.
    if (pid) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

function startFailure(command: string, result: unknown): string {
  const code = codeOf(result);
  if (code === 'ENOENT') return `${command} is not installed or not on PATH`;
  if (code === 'EACCES') return `${command} may not be run by this user`;
  return reasonOf(result);
}

/**
 * Stops waiting for a child that cannot be killed, or of which something still holds the pipes. They stay open, for their
 * end is the only sign that all of it is gone; neither they nor the child keep this process alive.
 */
function letGo(command: string, child: ChildProcess): void {
  lingering.set(command, child);
  child.once('close', () => lingering.delete(command));
  for (const stream of [child.stdout, child.stderr]) {
    stream?.resume();
    if (stream instanceof Socket) stream.unref();
  }
  child.unref();
}

function giveUp(afterMs: number): Promise<'gave up'> {
  return new Promise((resolve) => {
    setTimeout(() => resolve('gave up'), afterMs).unref();
  });
}
