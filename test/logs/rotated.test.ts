import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { rotatedFiles } from '../../src/logs/rotated.ts';
import { collectLog } from '../../src/triage/evidence/logs.ts';
import { temporaryFolder } from '../support/ops.ts';
import { auditLine } from '../triage/world.ts';

const at = (time: string) => new Date(time).getTime();

test('the files of the days of a window are found, oldest first, once each', async () => {
  const folder = temporaryFolder('rotated');
  const base = join(folder, 'audit.log');
  for (const name of [
    '-2026-11-22',
    '-2026-11-23.gz',
    '-2026-11-24',
    '-2026-11-24.1',
    '-2026-11-24.gz',
    '-2026-11-24.gz.tmp',
    '-24',
  ]) {
    writeFileSync(base + name, '');
  }
  writeFileSync(join(folder, 'other.log-2026-11-24'), '');
  const found = await rotatedFiles(base, { from: at('2026-11-23T23:50:00'), to: at('2026-11-25T00:05:00') });
  expect(found).toEqual(['-2026-11-23.gz', '-2026-11-24', '-2026-11-24.1'].map((name) => base + name));
});

test('a request of yesterday evening is found just after midnight, in the file it now stands in', async () => {
  const path = join(temporaryFolder('rotated'), 'audit.log');
  const line = (id: string, time: string) => `${auditLine({ request_id: id, time: new Date(time).toISOString() })}\n`;
  writeFileSync(`${path}-2026-11-24.gz`, gzipSync(line('evening', '2026-11-24T23:58:00')));
  writeFileSync(path, line('night', '2026-11-25T00:01:00'));
  const window = { from: at('2026-11-24T23:50:00'), to: at('2026-11-25T00:05:00') };
  const { report, records } = await collectLog('gateway-log', path, window, 1000);
  expect(report).toMatchObject({ path, lines: 2, state: 'read' });
  expect(records.map(({ audit, source, line: number }) => [audit?.request_id, source, number])).toEqual([
    ['evening', `${path}-2026-11-24.gz`, 1],
    ['night', path, 1],
  ]);
});
