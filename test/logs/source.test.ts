import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { readLogFile } from '../../src/logs/source.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'logs-'));
});

const start = Date.parse('2026-11-24T00:00:00Z');
const lineAt = (second: number) =>
  `time=${new Date(start + second * 1000).toISOString()} level=INFO msg="line ${second}"`;

describe('a log file', () => {
  test('larger than memory should hold is read only around the window, with true line numbers', async () => {
    const file = path.join(folder, 'big.log');
    const padding = 'x'.repeat(200);
    const all = Array.from({ length: 40_000 }, (_, second) => `${lineAt(second)} ${padding}`);
    await writeFile(file, `${all.join('\n')}\n`);
    const { lines, state } = await readLogFile(file, { window: { from: start + 20_000_000, to: start + 20_060_000 } });
    expect(state).toBe('read');
    expect(lines.length).toBeLessThan(3000);
    const numbers = new Map(lines.map(({ text, number }) => [/line (\d+)/.exec(text)?.[1], number]));
    expect(numbers.get('20000')).toBe(20_001);
    expect(numbers.get('20060')).toBe(20_061);
    expect(lines.every(({ text }) => text.startsWith('time='))).toBe(true);
  });

  test('large and without times is read to its end', async () => {
    const file = path.join(folder, 'raw.log');
    await writeFile(file, `${'ggml without a time\n'.repeat(80_000)}the end\n`);
    const { lines } = await readLogFile(file, { window: { from: start, to: start + 1000 } });
    expect(lines.length).toBeGreaterThan(0);
  });

  test('packed by logrotate is read', async () => {
    const file = path.join(folder, 'old.log.gz');
    await writeFile(file, gzipSync(`${lineAt(0)}\n${lineAt(1)}\n`));
    const { lines } = await readLogFile(file);
    expect(lines).toEqual([
      { text: lineAt(0), number: 1 },
      { text: lineAt(1), number: 2 },
    ]);
  });

  test('that is missing says how to name another', async () => {
    expect(await readLogFile(path.join(folder, 'none.log'))).toMatchObject({
      state: 'missing',
      note: expect.stringContaining('--log'),
    });
  });

  test('that is empty is not the same as missing', async () => {
    const file = path.join(folder, 'empty.log');
    await writeFile(file, '');
    expect(await readLogFile(file)).toEqual({ state: 'empty', lines: [] });
  });
});
