import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { Diagnosis } from '../../src/triage/diagnosis.ts';
import { repository, temporaryFolder } from '../support/ops.ts';
import { healthyLogs } from './healthy-logs.ts';
import { seeded } from './mutations.ts';

const kinds = ['nginx-access', 'nginx-error', 'gateway-log', 'ollama-log', 'dmesg'] as const;
const fault = 'time=2026-11-27T00:00:00.000Z level=ERROR source=x.go:1 msg="CUDA error: out of memory"\n';

/** Peak of a process's resident memory so far, in MiB; the last value that was seen once it has ended. */
function peakOf(pid: number, before: number): number {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024 || before;
  } catch {
    return before;
  }
}

test('five logs that are larger than what is read of them stay within memory, and the fault is found', async () => {
  const folder = temporaryFolder('large-logs');
  const logs = Object.fromEntries(kinds.map((kind) => [kind, join(folder, kind)]));
  for (const kind of kinds) {
    const write = healthyLogs.find((one) => one.kind === kind)?.write;
    writeFileSync(join(folder, kind), `${write?.(150_000, seeded(7))}\n`);
  }
  appendFileSync(join(folder, 'ollama-log'), fault);
  const file = join(folder, 'ops.yaml');
  writeFileSync(file, stringify({ triage: { logs } }));
  const window = ['--at', '2026-11-24T07:00:00Z', '--until', '2026-11-28T00:00:00Z'];
  const child = spawn(join(repository, 'bin/ops'), ['triage', '--offline', '--json', '--config', file, ...window]);
  let peak = 0;
  const watching = setInterval(() => (peak = peakOf(child.pid ?? 0, peak)), 20);
  const [told] = await Promise.all([json(child.stdout) as Promise<Diagnosis>, once(child, 'exit')]);
  clearInterval(watching);
  expect(told.verdict.cause).toBe('gpu-oom');
  const read = told.sources.filter(({ kind }) => kind in logs);
  // On a busy machine one may not be read in time, and says so.
  for (const { note } of read) expect(note).toMatch(/^(only the last 4 MiB were read|not read within \d s)$/);
  expect(peak).toBeGreaterThan(50);
  expect(peak).toBeLessThan(700);
}, 60_000);
