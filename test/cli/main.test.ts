import { execFile } from 'node:child_process';
import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { CliCommand } from '../../src/cli/command.ts';
import { discover } from '../../src/discover.ts';

const bin = fileURLToPath(new URL('../../bin/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'cli-'));

function ops(program: string, args: readonly string[], cwd = folder) {
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile(program, args, { cwd }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr });
    });
  });
}

describe('ops', () => {
  test('runs from any folder, through a symlink, on Node 24', async () => {
    const link = join(folder, 'ops');
    symlinkSync(join(bin, 'ops'), link);
    expect(await ops(link, ['--version'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });

  test.each([
    ['an unknown command', ['frobnicate']],
    ['no command', []],
    ['an unknown option', ['status', '--frob']],
    ['an extra word', ['up', 'extra']],
    ['an unknown part', ['status', 'ollama']],
  ])('%s exits 64 with a sentence and no stack trace', async (_, args) => {
    const { code, stderr } = await ops(join(bin, 'ops'), args);
    expect(code).toBe(64);
    expect(stderr).not.toBe('');
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  test('a missing configuration file exits 78 and names it', async () => {
    const { code, stderr } = await ops(join(bin, 'ops'), ['config', 'check', '--config', '/nowhere/ops.yaml']);
    expect(code).toBe(78);
    expect(stderr).toContain('/nowhere/ops.yaml');
  });

  test('config print shows no key, and no password within a URL', async () => {
    const file = join(folder, 'secrets.yaml');
    writeFileSync(
      file,
      'listen: ":1"\nauth: { valid_keys: [my-key] }\nrate_limit: { store: "redis://:my-pass@redis:6379" }\n',
    );
    const { code, stdout } = await ops(join(bin, 'ops'), ['config', 'print', '--config', file]);
    expect(code).toBe(0);
    expect(stdout).toContain('redis://***@redis:6379');
    expect(stdout).not.toMatch(/my-key|my-pass/);
  });

  test('qwen-gateway is ops gateway', async () => {
    const { stdout } = await ops(join(bin, 'qwen-gateway'), ['--help']);
    expect(stdout).toContain('ops gateway');
  });
});

const commands = await discover<CliCommand>(new URL('../../src/cli/commands/', import.meta.url));

test.each(commands.map(({ name, unit }) => [name, unit] as const))(
  '%s has a summary and an example of itself',
  (name, unit) => {
    expect(unit.summary).not.toBe('');
    expect(unit.example).toMatch(new RegExp(`\\bops ${name}\\b`));
  },
);

test('a port that is none is refused with the option and what it expects', async () => {
  const { code, stderr } = await ops(join(bin, 'ops'), ['demo', '--gateway-port', 'x']);
  expect([code, stderr]).toEqual([64, 'ops: --gateway-port: expected a port from 1 to 65535, got "x"\n']);
});
