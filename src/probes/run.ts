import type { ChildProcess } from 'node:child_process';
import { execa } from 'execa';
import { codeOf, OpsError, reasonOf } from '../errors.ts';

export interface RunOptions {
  /** Milliseconds until the program is given up and killed. */
  readonly timeoutMs: number;
  /** Characters of each stream that are kept. */
  readonly maxChars?: number;
}

export interface RunResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program without a shell, in the C locale, with a deadline. A program that ran gives its result whatever its exit
 * code; one that is missing, may not be run, or does not answer in time throws `probe_failed`. The deadline holds even
 * for a child in uninterruptible wait, which no signal ends: nvidia-smi does that on a dead GPU.
 */
export async function runProgram(
  command: string,
  args: readonly string[],
  { timeoutMs, maxChars = 512 * 1024 }: RunOptions,
): Promise<RunResult> {
  const child = execa(command, [...args], {
    stdin: 'ignore',
    reject: false,
    env: { LC_ALL: 'C' },
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
    maxBuffer: maxChars,
  });
  const result = await Promise.race([child, giveUp(timeoutMs + 250)]);
  if (result === 'gave up') {
    letGo(child.nodeChildProcess);
    throw new OpsError('probe_failed', { probe: command, reason: `no answer within ${timeoutMs} ms` });
  }
  if (result.timedOut) {
    throw new OpsError('probe_failed', { probe: command, reason: `no answer within ${timeoutMs} ms` });
  }
  if (result.exitCode === undefined && !result.isMaxBuffer) {
    throw new OpsError('probe_failed', { probe: command, reason: startFailure(command, result) }, { cause: result });
  }
  return { exitCode: result.exitCode ?? 0, stdout: result.stdout, stderr: result.stderr };
}

function startFailure(command: string, result: unknown): string {
  const code = codeOf(result);
  if (code === 'ENOENT') return `${command} is not installed or not on PATH`;
  if (code === 'EACCES') return `${command} may not be run by this user`;
  return reasonOf(result);
}

/** Stops waiting for a child that cannot be killed, or whose own children keep its pipes open. */
function letGo(child: ChildProcess): void {
  child.stdout?.destroy();
  child.stderr?.destroy();
  child.unref();
}

function giveUp(ms: number): Promise<'gave up'> {
  return new Promise((resolve) => {
    setTimeout(() => resolve('gave up'), ms).unref();
  });
}
