import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openAppending } from '../../../gateway/account/append-file.ts';
import { temporaryFolder } from '../../support/ops.ts';

const fullDisk = fileURLToPath(new URL('./support/full-disk.ts', import.meta.url));

test('a line that a full disk cut is ended before the next one', () => {
  const file = join(temporaryFolder('full'), 'audit.log');
  const script = 'ulimit -S -f 1 && exec "$0" "$1" "$2"';
  const said = execFileSync('bash', ['-c', script, process.execPath, fullDisk, file]).toString();
  const lines = readFileSync(file, 'utf8').split('\n');
  const whole = Number(said.split(' ')[0]);
  expect(said).toContain('EFBIG');
  expect(lines.slice(0, whole).map((line) => JSON.parse(line).number)).toEqual([...Array(whole).keys()]);
  expect(lines[whole]).toMatch(/^\{"number":\d+,"text":"x*$/);
  expect(lines.slice(whole + 1)).toEqual(['{"number":"after"}', '']);
});

test('a line that a crash cut is ended when the file is opened again', () => {
  const file = join(temporaryFolder('torn'), 'audit.log');
  writeFileSync(file, '{"whole":1}\n{"cut":');
  const opened = openAppending(file);
  opened.append('{"a":1}');
  opened.append('{"b":2}');
  opened.close();
  expect(readFileSync(file, 'utf8')).toBe('{"whole":1}\n{"cut":\n{"a":1}\n{"b":2}\n');
});
