import { mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { stringify } from 'yaml';
import { z } from 'zod';
import { configReloadSuccessful, configReloadTime } from '../../src/catalogue/process.ts';
import { changedPaths } from '../../src/config/changes.ts';
import { loadConfiguration } from '../../src/config/load.ts';
import { watchConfiguration } from '../../src/config/reload.ts';
import { startOllamaSimulator } from '../../src/demo/ollama-simulator.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { createMetrics } from '../../src/telemetry/registry.ts';
import { answering, freePort, type RunningProgram, repository, startProgram, temporaryFolder } from '../support/ops.ts';

const sections = {
  gateway: z.strictObject({ listen: z.string().default(':1'), keys: z.array(z.string()).default([]) }),
};

/** Writes beside the file and renames, as editors and configuration management do. */
function replace(file: string, text: string): void {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

async function watched(file: string) {
  const load = () => loadConfiguration(sections, { file, env: {} });
  const applied: unknown[] = [];
  const metrics = createMetrics([configReloadSuccessful, configReloadTime]);
  const watching = watchConfiguration({
    ...{ file, current: await load(), load, metrics, log: createLog('fatal', 'test') },
    apply(next) {
      applied.push(next.gateway);
      return [];
    },
  });
  onTestFinished(() => watching.close());
  return { applied, metrics };
}

test('a file that an editor replaces is applied, as often as that happens', async () => {
  const file = join(temporaryFolder('reload'), 'ops.yaml');
  writeFileSync(file, 'gateway: { keys: [a] }');
  const { applied, metrics } = await watched(file);
  replace(file, 'gateway: { keys: [b] }');
  await vi.waitFor(() => expect(applied).toEqual([{ listen: ':1', keys: ['b'] }]), 5000);
  replace(file, 'gateway: { keys: [c] }');
  await vi.waitFor(() => expect(applied.at(-1)).toEqual({ listen: ':1', keys: ['c'] }));
  expect(await metrics.exposition()).toContain('ops_config_last_reload_successful 1');
});

test('a file with mistakes is refused and counted, and the next good one is applied', async () => {
  const file = join(temporaryFolder('reload'), 'ops.yaml');
  writeFileSync(file, 'gateway: { keys: [a] }');
  const { applied, metrics } = await watched(file);
  replace(file, 'gateway: { keys: 5 }');
  await vi.waitFor(
    async () => expect(await metrics.exposition()).toContain('ops_config_last_reload_successful 0'),
    5000,
  );
  expect(applied).toEqual([]);
  replace(file, 'gateway: { keys: [b] }');
  await vi.waitFor(
    async () => expect(await metrics.exposition()).toContain('ops_config_last_reload_successful 1'),
    5000,
  );
  expect(applied).toEqual([{ listen: ':1', keys: ['b'] }]);
});

test('a ConfigMap whose link is turned is applied', async () => {
  const folder = temporaryFolder('reload');
  for (const [name, key] of Object.entries({ one: 'a', two: 'b' })) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'ops.yaml'), `gateway: { keys: [${key}] }`);
  }
  symlinkSync('one', join(folder, '..data'));
  symlinkSync('..data/ops.yaml', join(folder, 'ops.yaml'));
  const { applied } = await watched(join(folder, 'ops.yaml'));
  symlinkSync('two', join(folder, '..data_tmp'));
  renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
  await vi.waitFor(() => expect(applied).toEqual([{ listen: ':1', keys: ['b'] }]), 5000);
});

test('changes are named by path, lists as a whole', () => {
  const before = { gateway: { auth: { valid_keys: ['a'] }, listen: { port: 1 } }, same: [1] };
  const after = { gateway: { auth: { valid_keys: ['b'] }, listen: { port: 1, host: 'x' } }, same: [1] };
  expect(changedPaths(before, after)).toEqual(['gateway.auth.valid_keys', 'gateway.listen.host']);
});

describe('ops gateway', () => {
  async function startGateway() {
    const folder = temporaryFolder('reload');
    const file = join(folder, 'ops.yaml');
    const audit = join(folder, 'audit.log');
    const ollama = await startOllamaSimulator({ models: ['m'] });
    const [port, metricsPort] = await Promise.all([freePort(), freePort()]);
    const configuration = {
      ...{ listen: `127.0.0.1:${port}`, metrics_listen: `127.0.0.1:${metricsPort}`, ollama_api: ollama.url },
      ...{ auth: { valid_keys: ['first-key'] }, audit: { file: audit } },
    };
    writeFileSync(file, stringify(configuration));
    const program: RunningProgram = startProgram(join(repository, 'bin/ops'), ['gateway', '--config', file]);
    onTestFinished(async () => {
      await program.stop();
      await ollama.close();
    });
    await answering(`http://127.0.0.1:${port}/ready`, program);
    const metrics = async () => (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    const chat = () => fetch(`http://127.0.0.1:${port}/v1/models`, { headers: { 'x-api-key': 'first-key' } });
    return { program, file, audit, configuration, metrics, chat };
  }

  test('refuses a file with mistakes and says all of them, but no key', async () => {
    const { program, file, configuration, metrics, chat } = await startGateway();
    const keys = { valid_keys: [7], header_key: 'X' };
    replace(file, stringify({ ...configuration, listne: ':1', auth: keys }));
    await vi.waitFor(() => expect(program.output()).toContain('configuration refused'), 5000);
    expect(program.output()).toContain('gateway.listne: unknown option (did you mean listen?)');
    expect(program.output()).toMatch(/gateway\.auth\.valid_keys\[0\]: .*got a masked value/);
    expect(await metrics()).toContain('ops_config_last_reload_successful 0');
    expect((await chat()).status).toBe(200);
  });

  test('names what changed, never the value of a key', async () => {
    const { program, file, configuration } = await startGateway();
    replace(file, stringify({ ...configuration, auth: { valid_keys: ['second-key'] } }));
    await vi.waitFor(() => expect(program.output()).toContain('"configuration reloaded"'), 5000);
    expect(program.output()).toContain('"changed":["gateway.auth.valid_keys"]');
    expect(program.output()).not.toContain('second-key');
  });

  test('opens its audit file anew at SIGHUP, as logrotate asks for', async () => {
    const { program, audit, chat } = await startGateway();
    expect((await chat()).status).toBe(200);
    renameSync(audit, `${audit}.1`);
    program.process.kill('SIGHUP');
    await vi.waitFor(() => expect(program.output()).toContain('nothing changed'), 5000);
    expect((await chat()).status).toBe(200);
    expect(readFileSync(`${audit}.1`, 'utf8').trim().split('\n')).toHaveLength(1);
    expect(readFileSync(audit, 'utf8').trim().split('\n')).toHaveLength(1);
  });
});

test('ops watch refuses a file with mistakes, takes changed rules, and says what waits for its next start', async () => {
  const folder = temporaryFolder('reload');
  const file = join(folder, 'ops.yaml');
  const port = await freePort();
  const configuration = {
    ...{ watch: { state_dir: folder }, page: { listen: `127.0.0.1:${port}` } },
    alerts: { rules: { UiDown: { for: '90s' } } },
  };
  writeFileSync(file, stringify(configuration));
  const program = startProgram(join(repository, 'bin/ops'), ['watch', '--config', file]);
  onTestFinished(async () => void (await program.stop()));
  await answering(`http://127.0.0.1:${port}/health`, program);
  replace(file, stringify({ ...configuration, alerts: { rules: { UiDwon: { for: '90s' } } } }));
  await vi.waitFor(() => expect(program.output()).toContain('configuration refused'), 5000);
  expect(program.output()).toContain('UiDwon');
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  expect(metrics).toContain('ops_config_last_reload_successful 0');
  replace(file, stringify({ ...configuration, alerts: { group_wait: '1m', rules: { UiDown: { for: '2m' } } } }));
  await vi.waitFor(() => expect(program.output()).toContain('next start'), 5000);
  expect(program.output()).toContain('"options":["alerts.group_wait"]');
  program.process.kill('SIGHUP');
  await vi.waitFor(() => expect(program.output()).toContain('nothing changed'), 5000);
});
