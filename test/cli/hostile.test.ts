import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { logKinds } from '../../src/logs/record.ts';
import { repository, temporaryFolder } from '../support/ops.ts';

const folder = temporaryFolder('cli-hostile');
const at = (name: string) => join(folder, name);

/** A whole run, start and end of the program included, on a machine that does something else too. */
const deadlineMs = 9000;

function ops(...args: string[]): Promise<{ code: number; stdout: string; stderr: string; ms: number }> {
  const start = performance.now();
  return new Promise((resolve) => {
    execFile(join(repository, 'bin/ops'), args, { timeout: 30_000 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : Number(error.code ?? 255);
      resolve({ code, stdout, stderr, ms: performance.now() - start });
    });
  });
}

const mebibyte = 1 << 20;
const repeated = (piece: string) => `${piece.repeat(Math.ceil(16_000 / piece.length)).slice(0, 16_000)}\n`.repeat(600);

interface Hostile {
  readonly name: string;
  readonly make: (path: string) => unknown;
  /** What `ops diagnose` says where it reads nothing; else it has a verdict. */
  readonly refused?: RegExp;
  readonly file?: string;
}

const hostile: readonly Hostile[] = [
  { name: 'a named pipe', make: (path) => execFileSync('mkfifo', [path]), refused: /is a pipe/ },
  { name: 'a directory', make: (path) => mkdirSync(path), refused: /is a directory/ },
  { name: 'a loop of symbolic links', make: (path) => symlinkSync(path, path), refused: /symbolic links form a loop/ },
  { name: 'a device without an end', make: (path) => symlinkSync('/dev/zero', path), refused: /is a device/ },
  {
    name: '1 GB of NULs in one line',
    make: (path) => {
      writeFileSync(path, '');
      truncateSync(path, 1 << 30);
    },
    refused: /only the last 32 MiB were read, in which no line stands/,
  },
  {
    name: 'one line of 64 MB',
    make: (path) => writeFileSync(path, Buffer.alloc(64 * mebibyte, 'a')),
  },
  {
    name: 'a program',
    make: (path) => writeFileSync(path, Buffer.from(Array.from({ length: mebibyte / 2 }, (_, n) => (n * 7919) % 251))),
    refused: /is not text/,
  },
  {
    name: 'a packed file that inflates to 40 GB',
    file: 'bomb.gz',
    make: (path) => {
      const block = gzipSync(Buffer.alloc(64 * mebibyte));
      writeFileSync(path, Buffer.concat(Array.from({ length: 640 }, () => block)));
    },
    refused: /not read within 5 s/,
  },
  { name: 'NULs between lines', make: (path) => writeFileSync(path, `${'\0'.repeat(mebibyte)}\nall is well\n\0\0`) },
  { name: 'nested quotes', make: (path) => writeFileSync(path, repeated('"\\"')) },
  { name: 'open braces', make: (path) => writeFileSync(path, repeated('{"a":')) },
  { name: 'spaces', make: (path) => writeFileSync(path, repeated(' ')) },
  { name: 'mail quotes', make: (path) => writeFileSync(path, repeated('> ')) },
];

describe.each(hostile)('$name', ({ name, make, refused, file = name.replaceAll(' ', '-') }) => {
  const path = at(file);
  make(path);

  test('as FILE of ops diagnose is answered clearly and in time', async () => {
    const { code, stdout, stderr, ms } = await ops('diagnose', path);
    expect(ms).toBeLessThan(deadlineMs);
    expect(stderr).not.toMatch(/^\s+at /m);
    if (refused) {
      expect(stderr).toMatch(refused);
      expect(code).toBe(3);
    } else {
      expect(stdout).toMatch(/^Cause: /);
      expect([0, 1, 3]).toContain(code);
    }
  });

  test('as every log of ops triage holds up nothing', async () => {
    const logs = logKinds.filter((kind) => kind !== 'certbot' && kind !== 'nvidia-smi');
    const named = logs.flatMap((kind) => ['--log', `${kind}=${path}`]);
    const { code, stdout, stderr, ms } = await ops('triage', '--offline', '--json', ...named);
    expect(ms).toBeLessThan(deadlineMs);
    expect(stderr).not.toMatch(/^\s+at /m);
    const { verdict, sources } = JSON.parse(stdout);
    expect(verdict.cause).toBe('unknown');
    expect(code).toBe(3);
    expect(sources.filter((one: { path: string }) => one.path === path)).toHaveLength(logs.length);
  });
});
