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

  test('too dense to be read whole is read around the moment that was asked about, packed too', async () => {
    const file = path.join(folder, 'dense.log');
    const padding = 'x'.repeat(200);
    const all = Array.from({ length: 40_000 }, (_, second) => `${lineAt(second)} ${padding}`).join('\n');
    await writeFile(file, `${all}\n`);
    await writeFile(`${file}.gz`, gzipSync(`${all}\n`));
    const window = { from: start + 5_000_000, to: start + 35_000_000, focus: start + 10_000_000 };
    for (const one of [file, `${file}.gz`]) {
      const { lines, note } = await readLogFile(one, { window, maxBytes: 1 << 20 });
      expect(note).toBe('only 1 MiB around that time were read');
      const seconds = lines.map(({ text }) => Number(/line (\d+)/.exec(text)?.[1]));
      expect(seconds[0]).toBeLessThan(8_000);
      expect(seconds).toContain(10_000);
      expect(seconds.at(-1)).toBeGreaterThan(10_500);
      expect(seconds.at(-1)).toBeLessThan(13_000);
      expect(lines.at(-1)?.number).toBe((seconds.at(-1) ?? 0) + 1);
    }
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
