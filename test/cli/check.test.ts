import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import latency from '../../alerts/latency.ts';
import { latencyCanary } from '../../src/catalogue/latency.ts';
import { sampleOf } from '../../src/check.ts';
import { openSamples } from '../../src/store/samples.ts';
import { record } from '../../src/watch/recording.ts';
import { repository, temporaryFolder } from '../support/ops.ts';

/** Runs `ops check` with the options of the checks; gives its exit code and what it printed. */
function check(checks: Record<string, unknown>, ...args: string[]): Promise<{ code: number; stdout: string }> {
  return checkIn(temporaryFolder('check'), checks, ...args);
}

/** The same with a state folder that a watch has used. */
function checkIn(folder: string, checks: Record<string, unknown>, ...args: string[]) {
  const config = join(folder, 'ops.yaml');
  writeFileSync(config, JSON.stringify({ watch: { checks, state_dir: folder } }));
  return new Promise<{ code: number; stdout: string }>((resolve) => {
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

test('--explain says how far the latency baseline is learnt, and what it is then', async () => {
  const learning = await explainedAfter(4);
  expect(learning).toContain('ops_latency_baseline_learning_points{model="m"} 4');
  expect(learning).not.toContain('ops_latency_deviation_ratio');
  const learnt = await explainedAfter(100);
  expect(learnt).toContain('ops_latency_baseline_seconds{model="m",stat="mean"} 2');
  expect(learnt).toContain('ops_latency_deviation_ratio{model="m"} 0');
}, 30_000);

/** What is said when watch has seen so many canaries, one each quarter of an hour. */
async function explainedAfter(canaries: number): Promise<string> {
  const folder = temporaryFolder('check');
  const samples = openSamples(folder);
  for (let ago = canaries - 1; ago >= 0; ago--) {
    const at = Date.now() - ago * 900_000;
    samples.append([sampleOf(latencyCanary, { model: 'm' }, 2, at)]);
    record(latency.records ?? [], samples, at);
  }
  samples.close();
  return (await checkIn(folder, {}, 'latency-baseline', '--explain')).stdout;
}

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
