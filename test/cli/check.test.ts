import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repository, temporaryFolder } from '../support/ops.ts';

/** Runs `ops check` with the options of the checks; gives its exit code and what it printed. */
function check(checks: Record<string, unknown>, ...args: string[]): Promise<{ code: number; stdout: string }> {
  const config = join(temporaryFolder('check'), 'ops.yaml');
  writeFileSync(config, JSON.stringify({ watch: { checks } }));
  return new Promise((resolve) => {
    execFile(join(repository, 'bin/ops'), ['check', ...args, '--config', config], (error, stdout) => {
      resolve({ code: Number(error?.code ?? 0), stdout });
    });
  });
}

test('--explain shows the options in effect, the log and the samples, and no key', async () => {
  const log = join(temporaryFolder('check'), 'kern.log');
  writeFileSync(log, 'NVRM: Xid (PCI:0000:01:00): 79, pid=1, GPU has fallen off the bus.\n');
  const options = { 'latency-baseline': { every: '30m', api_key: 'secret-key' }, kernel: { source: log } };
  const { stdout } = await check(options, 'kernel', 'latency-baseline', '--explain');
  expect(stdout).toContain(`source: ${JSON.stringify(log)}`);
  expect(stdout).toContain('warn the NVIDIA driver reports an error {"xid":79,"device":"0000:01:00"');
  expect(stdout).toContain('ops_gpu_xid_events_total{xid="79"} 1');
  expect(stdout).toContain('every: "30m"');
  expect(stdout).toContain('api_key: "***"');
  expect(stdout).not.toContain('secret-key');
}, 30_000);

test('--explain --json has the same parts', async () => {
  const log = join(temporaryFolder('check'), 'kern.log');
  writeFileSync(log, '');
  const { code, stdout } = await check({ kernel: { source: log } }, 'kernel', '--explain', '--json');
  const [explained] = JSON.parse(stdout).checks;
  expect(explained).toMatchObject({ name: 'kernel', state: 'ok', options: { every: '15s', source: log }, log: [] });
  expect(explained.samples.length).toBeGreaterThan(0);
  expect(code).toBe(0);
  const plain = JSON.parse((await check({ kernel: { source: log } }, 'kernel', '--json')).stdout).checks[0];
  expect(Object.keys(plain)).not.toContain('options');
}, 30_000);
