import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { rotatedFiles } from '../../src/logs/rotated.ts';
import { parsed, readLog } from '../../src/triage/evidence/logs.ts';
import { temporaryFolder } from '../support/ops.ts';
import { auditLine } from '../triage/world.ts';

const at = (time: string) => new Date(time).getTime();

const started = (time: string) => `${auditLine({ time: new Date(time).toISOString() })}\n`;

function write(path: string, time: string): void {
  writeFileSync(path, path.endsWith('.gz') ? gzipSync(started(time)) : started(time));
}

test("the gateway's files with lines of a window are found, oldest first, once each", async () => {
  const folder = temporaryFolder('rotated');
  const base = join(folder, 'audit.log');
  write(`${base}-2026-11-22`, '2026-11-22T00:00:00');
  write(`${base}-2026-11-23.gz`, '2026-11-23T00:00:00');
  for (const ending of ['', '.gz', '.gz.tmp']) write(`${base}-2026-11-24${ending}`, '2026-11-24T00:00:00');
  write(`${base}-2026-11-24.2`, '2026-11-24T12:00:00');
  write(`${base}-2026-11-24.10`, '2026-11-24T13:00:00');
  write(`${base}-24`, '2026-11-24T12:00:00');
  write(join(folder, 'other.log-2026-11-24'), '2026-11-24T12:00:00');
  write(base, '2026-11-25T00:00:00');
  const found = await rotatedFiles(base, { from: at('2026-11-23T23:50:00'), to: at('2026-11-25T00:05:00') });
  expect(found).toEqual(
    ['-2026-11-23.gz', '-2026-11-24', '-2026-11-24.2', '-2026-11-24.10'].map((name) => base + name),
  );
});

test.each([
  ['numbered', ['.10.gz', '.9.gz', '.2.gz', '.1']],
  ['dated', ['-20261122.gz', '-20261123.gz', '-20261124.gz', '-20261125']],
])("logrotate's %s files are chosen by the times in them", async (_, names) => {
  const base = join(temporaryFolder('rotated'), 'access.log');
  names.forEach((name, index) => {
    write(base + name, `2026-11-2${index + 1}T06:00:00`);
  });
  write(base, '2026-11-25T06:00:00');
  const between = (from: string, to: string) => rotatedFiles(base, { from: at(from), to: at(to) });
  expect(await between('2026-11-22T07:00:00', '2026-11-23T07:00:00')).toEqual([base + names[1], base + names[2]]);
  expect(await between('2026-11-25T07:00:00', '2026-11-25T08:00:00')).toEqual([]);
});

test('a request of yesterday evening is found just after midnight, in the file it now stands in', async () => {
  const path = join(temporaryFolder('rotated'), 'audit.log');
  const line = (id: string, time: string) => `${auditLine({ request_id: id, time: new Date(time).toISOString() })}\n`;
  writeFileSync(`${path}-2026-11-24.gz`, gzipSync(line('evening', '2026-11-24T23:58:00')));
  writeFileSync(path, line('night', '2026-11-25T00:01:00'));
  const window = { from: at('2026-11-24T23:50:00'), to: at('2026-11-25T00:05:00') };
  const { report, records } = parsed(await readLog({ kind: 'gateway-log', path }, window, 1000), new Map());
  expect(report).toMatchObject({ path, lines: 2, state: 'read' });
  expect(records.map(({ audit, source, line: number }) => [audit?.request_id, source, number])).toEqual([
    ['evening', `${path}-2026-11-24.gz`, 1],
    ['night', path, 1],
  ]);
});
