import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { type LogKind, logKinds } from '../../src/logs/record.ts';
import { loadCauses } from '../../src/triage/catalogue.ts';
import { triageSchema } from '../../src/triage/config.ts';
import { triage } from '../../src/triage/triage.ts';
import { healthyLogs } from './healthy-logs.ts';
import { seeded } from './mutations.ts';

/** Logs whose lines have times; nvidia-smi and certbot are always of now. */
const timedKinds: readonly LogKind[] = ['ollama-log', 'nginx-error', 'dmesg'];

const faults = (await loadCauses()).flatMap(({ code, cause: { weight, example } }) => {
  const kind = logKinds.find((one) => one === example.kind);
  return weight === 'root' && kind && timedKinds.includes(kind) ? [{ code, kind, text: example.text }] : [];
});

const end = Date.UTC(2026, 10, 25, 12, 0, 0);
const hour = 3_600_000;

/** Lines as `docker logs -t` prints them, some seconds apart. */
const stamped = (lines: readonly string[], from: number) =>
  lines.map((line, at) => `${new Date(from + at * 10).toISOString()} ${line.replace(/^\[\s*\d+\.\d+\] /, '')}`);

describe.each(timedKinds)('two faults in one %s', (kind) => {
  const of = faults.filter((fault) => fault.kind === kind);
  const write = healthyLogs.find((one) => one.kind === kind && one.format !== '0.5')?.write;
  const random = seeded(4);
  const pairs = of.map((now, at) => ({
    now,
    before: of[(at + 1 + Math.floor(random() * (of.length - 1))) % of.length],
  }));

  test.each(pairs.filter(({ now, before }) => before && before !== now))(
    'that of the window, $now.code, wins over $before.code of the morning',
    async ({ now, before }) => {
      const quiet = write?.(200, random).split('\n') ?? [];
      const file = join(await mkdtemp(join(tmpdir(), 'two-faults-')), 'log');
      const log = [
        ...stamped([...quiet, before?.text ?? ''], end - 3 * hour),
        ...stamped(quiet, end - hour),
        ...stamped([...quiet, now.text, ...quiet], end - 60_000),
      ];
      await writeFile(file, log.join('\n'));
      const { verdict, also } = await triage({
        config: { ...triageSchema.parse({}), logs: { ...triageSchema.parse({}).logs, [kind]: file } },
        ...{ clock: systemClock, offline: true, window: { from: end - 10 * 60_000, to: end } },
        endpoints: { gateway: '', gatewayMetrics: '', ollama: [], page: '' },
      });
      expect(verdict.cause).toBe(now.code);
      expect(also.map(({ cause }) => cause)).not.toContain(before?.code);
    },
  );
});
