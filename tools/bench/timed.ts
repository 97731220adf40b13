import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Timed {
  /** From start to end, in seconds. */
  readonly seconds: number;
  /** Most memory that was resident, in MB; of a shell without its children. */
  readonly megabytes: number;
  readonly output: string;
}

/** Runs a program to its end. */
export async function timed(program: string, args: readonly string[]): Promise<Timed> {
  const start = performance.now();
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (data) => (output += String(data)));
  let megabytes = 0;
  const poll = setInterval(() => (megabytes = Math.max(megabytes, peakOf(child.pid))), 10);
  await new Promise((resolve) => child.once('close', resolve));
  clearInterval(poll);
  return { seconds: (performance.now() - start) / 1000, megabytes, output };
}

/** Peak resident memory of a process in MB; 0 once it has ended. */
function peakOf(pid: number | undefined): number {
  try {
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1000;
  } catch {
    return 0;
  }
}

/** The run of median duration, with the most memory of all. */
export async function medianOf(rounds: number, run: () => Promise<Timed>): Promise<Timed> {
  const runs: Timed[] = [];
  for (let round = 0; round < rounds; round += 1) runs.push(await run());
  const median = runs.toSorted((a, b) => a.seconds - b.seconds)[Math.floor(rounds / 2)];
  if (median === undefined) throw new Error(`expected at least one round, got ${rounds}`);
  return { ...median, megabytes: Math.max(...runs.map(({ megabytes }) => megabytes)) };
}
