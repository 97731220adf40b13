import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repository, temporaryFolder } from '../support/ops.ts';
import { auditLine } from '../triage/world.ts';

function ops(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(join(repository, 'bin/ops'), args, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    );
  });
}

const path = join(temporaryFolder('log'), 'gateway.log');
const noon = new Date();
noon.setDate(noon.getDate() - 1);
noon.setHours(12, 0, 0, 0);
const rejected = { outcome: 'rejected', status: 429, error: 'rate_limit_exceeded' } as const;
const clients = ['10.0.0.7', '10.0.0.7', `10.0.0.8\u001b[2J${'x'.repeat(200)}`];
const yesterday = clients.map((client_ip) => auditLine({ ...rejected, client_ip, time: noon.toISOString() }));
writeFileSync(path, [...yesterday, auditLine(rejected), ''].join('\n'));

test('ops log top prints yesterday at 80 columns, without what moves the cursor', async () => {
  const { code, stdout } = await ops('log', 'top', path);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^3 abnormal requests from .* 00:00 to .* 23:59$/m);
  expect(stdout).toMatch(/^ +2 +67% {2}10\.0\.0\.7 +429 ×2$/m);
  expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(stdout).not.toContain('\u001b');
});

test('ops log top counts the last hour as JSON', async () => {
  const { stdout } = await ops('log', 'top', '--since', '1h', '--by', 'error', '-n', '1', '--json', path);
  expect(JSON.parse(stdout)).toMatchObject({
    by: 'error',
    total: 1,
    rows: [{ value: 'rate_limit_exceeded', count: 1, statuses: { 429: 1 } }],
    files: [{ path }],
  });
});

test.each([[['--by', 'weather']], [['-n', '0']], [['--since', 'soon']], [['--since', '1h', '--until', '2h']]])(
  'ops log top refuses %j with 64',
  async (args) => {
    expect((await ops('log', 'top', ...args, path)).code).toBe(64);
  },
);

test('ops log top exits 3 where the log cannot be read, and where a part of it cannot', async () => {
  expect(await ops('log', 'top', '/none.log')).toMatchObject({ code: 3, stderr: expect.stringContaining('/none.log') });
  const { code, stdout, stderr } = await ops('log', 'top', path, '/none.log');
  expect(code).toBe(3);
  expect(stdout).toContain('3 abnormal requests');
  expect(stderr).toContain('/none.log');
});

test('without a name the log is that which the gateway writes, wherever that is', async () => {
  const config = join(temporaryFolder('log'), 'ops.yaml');
  writeFileSync(config, `gateway:\n  audit:\n    file: ${path}\n`);
  expect((await ops('log', 'top', '--config', config)).stdout).toContain('3 abnormal requests');
  writeFileSync(config, `gateway:\n  audit:\n    file: /none.log\ntriage:\n  logs:\n    gateway-log: ${path}\n`);
  expect((await ops('log', 'top', '--config', config)).stdout).toContain('3 abnormal requests');
});
