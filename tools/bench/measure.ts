import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { LoadResult, LoadTask } from './load.ts';
import { cpuSeconds, residentBytes } from './proc-stat.ts';
import type { Server } from './servers.ts';

/** Streams that run while tokens are counted and first tokens are timed. */
export const concurrentStreams = 200;

const connections = 16;

/** The load generator, in its own process. */
export class Load {
  readonly #child: ChildProcess = fork(fileURLToPath(new URL('./load.ts', import.meta.url)));

  /** @throws Error when an answer was not 200 or a connection broke. */
  async run(task: LoadTask): Promise<readonly number[]> {
    this.#child.send(task);
    const [result] = (await once(this.#child, 'message')) as [LoadResult];
    if ('error' in result) throw new Error(result.error);
    return result.times;
  }

  stop(): void {
    this.#child.disconnect();
  }
}

/** CPU microseconds of one plain request. */
export async function cpuPerRequest(load: Load, { pid, port }: Server, count: number): Promise<number> {
  const before = cpuSeconds(pid);
  await load.run({ kind: 'requests', port, count, connections, mixed: false });
  return ((cpuSeconds(pid) - before) / count) * 1e6;
}

export interface StreamFigures {
  /** CPU microseconds per token of streams that are running. */
  readonly cpuPerToken: number;
  /** Milliseconds from the request to the first byte of its body, one value per new stream. */
  readonly firstTokenMs: readonly number[];
}

/** Two windows over the same running streams: their tokens alone, then with new streams between them. */
export async function streamFigures(load: Load, mock: Server, server: Server, seconds: number): Promise<StreamFigures> {
  const { pid, port } = server;
  await load.run({ kind: 'open', port, count: concurrentStreams, model: 'running' });
  await sleep(500);
  const [cpu, tokens] = [cpuSeconds(pid), await tokensWritten(mock)];
  await sleep(seconds * 1000);
  const spent = cpuSeconds(pid) - cpu;
  const cpuPerToken = (spent / ((await tokensWritten(mock)) - tokens)) * 1e6;
  const firstTokenMs = await load.run({ kind: 'first-tokens', port, count: seconds * 50, everyMs: 20 });
  await load.run({ kind: 'close' });
  await sleep(300);
  return { cpuPerToken, firstTokenMs };
}

async function tokensWritten(mock: Server): Promise<number> {
  return Number(await (await fetch(`http://127.0.0.1:${mock.port}/bench/tokens`)).text());
}

/** Bytes of resident memory per open stream, over those of the idle process after its warm-up. */
export async function memoryPerStream(load: Load, { pid, port }: Server, count: number): Promise<number> {
  await load.run({ kind: 'requests', port, count: 3000, connections, mixed: true });
  await sleep(1000);
  const before = residentBytes(pid);
  await load.run({ kind: 'open', port, count, model: 'held' });
  await sleep(5000);
  const bytesPerStream = (residentBytes(pid) - before) / count;
  await load.run({ kind: 'close' });
  await sleep(1000);
  return bytesPerStream;
}

/** Resident bytes at ten points of `count` requests, nine plain ones to one stream. */
export async function soak(load: Load, { pid, port }: Server, count: number): Promise<number[]> {
  const samples: number[] = [];
  for (let point = 0; point < 10; point += 1) {
    await load.run({ kind: 'requests', port, count: Math.ceil(count / 10), connections, mixed: true });
    samples.push(residentBytes(pid));
  }
  return samples;
}

export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}
