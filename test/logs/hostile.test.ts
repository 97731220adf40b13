import { execFileSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, open, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readLogFile, readLogStream } from '../../src/logs/source.ts';
import { temporaryFolder } from '../support/ops.ts';

const folder = temporaryFolder('hostile');
const at = (name: string) => join(folder, name);
const start = Date.parse('2026-11-24T00:00:00Z');
const lineAt = (second: number) =>
  `time=${new Date(start + second * 1000).toISOString()} level=INFO msg="line ${second}"\n`;
const window = { from: start + 50_000_000, to: start + 50_060_000 };
const noteOf = async (path: string) => (await readLogFile(path, { window, timeoutMs: 3000 })).note;

describe('what is no log is said at once', () => {
  test('a pipe without a writer', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    expect(await noteOf(at('pipe'))).toContain('is a pipe, not a file');
  });

  test('a directory', async () => {
    await mkdir(at('directory.gz'));
    expect(await noteOf(at('directory.gz'))).toContain('is a directory');
  });

  test('a device without an end', async () => {
    expect(await noteOf('/dev/zero')).toContain('is a device');
  });

  test('symbolic links in a loop', async () => {
    await symlink(at('b'), at('a'));
    await symlink(at('a'), at('b'));
    expect(await noteOf(at('a'))).toContain('loop');
  });

  test('a file that only has the name of a packed one', async () => {
    await writeFile(at('text.gz'), lineAt(0));
    expect(await noteOf(at('text.gz'))).toContain('not a whole gzip file');
  });
});

describe('a file that would fill memory', () => {
  test('one line of 1 GB is cut', async () => {
    await writeFile(at('line.log'), lineAt(0));
    await truncate(at('line.log'), 1 << 30);
    const { state, lines } = await readLogFile(at('line.log'), { window, timeoutMs: 3000 });
    expect(state).not.toBe('unreadable');
    expect(Math.max(0, ...lines.map(({ text }) => text.length))).toBeLessThan(100_000);
  });

  test('the NULs that copytruncate leaves hide no line behind them', async () => {
    const path = at('copytruncate.log');
    await writeFile(path, '');
    await truncate(path, 64 << 20);
    const file = await open(path, 'a');
    await file.write(lineAt(49_000) + lineAt(50_030));
    await file.close();
    const { lines } = await readLogFile(path, { window, timeoutMs: 3000 });
    expect(lines.map(({ text }) => `${text}\n`)).toContain(lineAt(50_030));
  });

  test('a packed file that inflates to 40 GB is given up in time', async () => {
    const block = gzipSync(Buffer.alloc(64 << 20));
    await pipeline(Readable.from(Array.from({ length: 640 }, () => block)), createWriteStream(at('bomb.gz')));
    const before = process.memoryUsage().rss;
    expect(await readLogFile(at('bomb.gz'), { window, timeoutMs: 300 })).toMatchObject({ state: 'timeout', lines: [] });
    expect(process.memoryUsage().rss - before).toBeLessThan(150 << 20);
  });
});

describe('a packed file', () => {
  const seconds = Array.from({ length: 90_000 }, (_, second) => second);

  test('larger than the window gives the lines of the window with their numbers', async () => {
    await pipeline(Readable.from(seconds.map(lineAt)), createGzip(), createWriteStream(at('day.gz')));
    const { lines } = await readLogFile(at('day.gz'), { window });
    expect(lines.length).toBeLessThan(60_000);
    expect(lines.find(({ text }) => text.includes('"line 50030"'))?.number).toBe(50_031);
  });

  test('cut off in the middle gives what is whole, and says so', async () => {
    const packed = gzipSync(seconds.slice(0, 1000).map(lineAt).join(''));
    await writeFile(at('cut.gz'), packed.subarray(0, packed.length - 100));
    const { state, lines, note } = await readLogFile(at('cut.gz'));
    expect(state).toBe('read');
    expect(lines[0]?.text).toContain('line 0');
    expect(note).toContain('ends early');
  });
});

test('a crash dump without times, larger than a step of the search, does not hide the incident', async () => {
  const dump = `${'goroutine 1 [running]: runtime.gopark(0x1)\n'.repeat(30_000)}`;
  const before = Array.from({ length: 50_000 }, (_, second) => lineAt(second)).join('');
  await writeFile(at('dump.log'), `${before}${lineAt(50_010)}${dump}${lineAt(50_020)}${lineAt(60_000)}`);
  const { lines } = await readLogFile(at('dump.log'), { window });
  const text = lines.map((line) => line.text).join('\n');
  expect(text).toContain('"line 50010"');
  expect(text).toContain('"line 50020"');
});

describe('bytes that are no UTF-8', () => {
  const bytes = Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 7) % 256));

  test('of a program are said to be no text', async () => {
    await writeFile(at('binary.log'), bytes);
    expect(await readLogFile(at('binary.log'), { window })).toMatchObject({ state: 'unreadable', note: 'is not text' });
    expect(await readLogStream(Readable.from([bytes]))).toMatchObject({ state: 'unreadable' });
  });

  test.each([
    ['a burst of them in a log', Buffer.concat([Buffer.from(lineAt(1).repeat(2000)), bytes])],
    ['UTF-16, as PowerShell writes', Buffer.from(`\uFEFF${lineAt(1)}`, 'utf16le')],
    [
      'Latin-1',
      Buffer.from('Fehler: Gerät nicht verfügbar, Schlüssel ungültig, Größe überschritten\n'.repeat(9), 'latin1'),
    ],
    ['GBK', Buffer.concat([Buffer.from(lineAt(1)), Buffer.from('b4edcef3a3bab4c5c5ccbfd5bce4b2bbd7e3', 'hex')])],
    ['colours', Buffer.from('\u001b[31mERROR\u001b[0m \u001b[1mx\u001b[0m\n'.repeat(20))],
  ])('are text: %s', async (_, text) => {
    expect((await readLogStream(Readable.from([text]))).state).toBe('read');
  });
});

test('standard input without an end of line is bounded: its newest part is kept', async () => {
  const blocks = function* () {
    for (let count = 0; count < 100; count += 1) yield Buffer.alloc(1 << 20, 'x');
    yield Buffer.from(`\n${lineAt(7)}`);
  };
  const { lines, note } = await readLogStream(Readable.from(blocks()));
  expect(lines.map(({ text }) => text)).toEqual([lineAt(7).trimEnd()]);
  expect(note).toContain('only the last 32 MiB');
});
