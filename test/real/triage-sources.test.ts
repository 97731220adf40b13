import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { createGpuSimulator } from '../../src/demo/gpu-simulator.ts';
import { startOllamaSimulator } from '../../src/demo/ollama-simulator.ts';
import {
  answering,
  eventually,
  freePort,
  repository,
  startOps,
  startProgram,
  temporaryFolder,
} from '../support/ops.ts';
import { findProgram } from './support/programs.ts';
import { realPart } from './support/require.ts';

const loki = findProgram('loki');
const prometheus = findProgram('prometheus');

realPart('Loki and Prometheus', loki !== undefined && prometheus !== undefined)('ops triage asks', () => {
  const folder = temporaryFolder('triage-sources');
  const file = join(folder, 'ops.yaml');
  const cleanups: (() => unknown)[] = [];
  const urls = { loki: '', prometheus: '' };
  let configuration: object = {};

  beforeAll(async () => {
    const ports = await Promise.all([0, 1, 2, 3, 4, 5].map(freePort));
    const [lokiPort, lokiGrpc, prometheusPort, page, gateway, metrics] = ports;
    Object.assign(urls, { loki: `http://127.0.0.1:${lokiPort}`, prometheus: `http://127.0.0.1:${prometheusPort}` });
    const gpu = await createGpuSimulator(join(folder, 'gpu'));
    await gpu.set([{ temperature: 97 }]);
    const ollama = await startOllamaSimulator({ models: ['m'] });
    configuration = {
      gateway: {
        listen: `127.0.0.1:${gateway}`,
        metrics_listen: `127.0.0.1:${metrics}`,
        ollama_api: ollama.url,
        auth: { valid_keys: ['k'] },
        audit: { file: join(folder, 'audit.log') },
      },
      watch: { state_dir: join(folder, 'state'), checks: { gpu: { every: '1s', command: gpu.command } } },
      alerts: { rules: { GpuHot: { for: '0s' } } },
      page: { listen: `127.0.0.1:${page}` },
      triage: {
        logs: { 'ollama-log': 'loki:{service_name="ollama"}', 'gateway-log': join(folder, 'audit.log') },
        // Gone by now: only what watch measured tells of the heat.
        nvidia_smi: join(folder, 'none'),
        ...urls,
      },
    };
    const watch = startOps('watch', configuration);
    const server = startOps('gateway', configuration);
    const lokiFile = join(folder, 'loki.yaml');
    const shipped = readFileSync(join(repository, 'deploy/loki/loki.yaml'), 'utf8');
    const moved = shipped.replaceAll('/loki', join(folder, 'loki')).replaceAll('9096', String(lokiGrpc));
    writeFileSync(lokiFile, moved.replace('3100', String(lokiPort)));
    const lokiServer = startProgram(loki ?? 'loki', [`-config.file=${lokiFile}`]);
    const scrape = { job_name: 'watch', static_configs: [{ targets: [`127.0.0.1:${page}`] }] };
    const prometheusFile = join(folder, 'prometheus.yml');
    writeFileSync(prometheusFile, stringify({ global: { scrape_interval: '1s' }, scrape_configs: [scrape] }));
    const prometheusServer = startProgram(prometheus ?? 'prometheus', [
      ...[`--config.file=${prometheusFile}`, `--storage.tsdb.path=${folder}/data`],
      ...[`--web.listen-address=127.0.0.1:${prometheusPort}`, '--scrape.discovery-reload-interval=100ms'],
    ]);
    cleanups.push(...[watch, server, lokiServer, prometheusServer].map((program) => () => program.stop()));
    cleanups.push(() => ollama.close());
    writeFileSync(file, stringify(configuration));
    await answering(`http://127.0.0.1:${gateway}/health`, server);
    await answering(`http://127.0.0.1:${page}/health`, watch);
    await answering(`${urls.prometheus}/-/ready`, prometheusServer);
    await eventually('Loki', async () => (await fetch(`${urls.loki}/ready`)).ok, 50_000);
  }, 90_000);

  afterAll(async () => {
    for (const cleanup of cleanups) await cleanup();
  });

  const ops = (...words: string[]) =>
    new Promise<string>((resolve) => {
      execFile(join(repository, 'bin/ops'), [...words, '--config', file], (_, stdout) => resolve(stdout));
    });

  /** What a source gave, of the newest walk. */
  const source = async (kind: string) => {
    const told: { sources: { kind: string; state: string; lines: number; asked?: string }[] } = JSON.parse(
      await ops('triage', '--json'),
    );
    return told.sources.find((one) => one.kind === kind);
  };

  test('watch for its samples, and is told of the heat by it alone', async () => {
    await eventually('samples', async () => (await source('watch-samples'))?.state === 'read');
    const told = JSON.parse(await ops('triage', '--json'));
    expect(told.verdict).toMatchObject({ cause: 'gpu-hot', step: 5 });
    expect(told.verdict.evidence[0].text).toMatch(/^GPU GPU-\S+ GPU Current Temp : 97 C$/);
    expect(told.steps[4]).toMatchObject({ state: 'fault' });
  });

  test('watch for its incidents', async () => {
    await eventually('an incident', async () => ((await source('incidents'))?.lines ?? 0) > 0, 40_000);
  }, 60_000);

  test('Prometheus for the same series', async () => {
    const asked = await eventually('series', async () => {
      const found = await source('prometheus');
      return found?.state === 'read' ? found.asked : undefined;
    });
    expect(asked).toBe('max_over_time(ops_gpu_temperature_celsius{sensor="core"}[15m])');
  });

  test('Loki for a log that is on no file here, and --explain shows what was asked', async () => {
    const line = 'time=2026-11-24T08:00:00.000Z level=ERROR source=sched.go:1 msg="CUDA error: out of memory"';
    const stream = { stream: { service_name: 'ollama' }, values: [[`${Date.now()}000000`, line]] };
    const body = JSON.stringify({ streams: [stream] });
    const headers = { 'content-type': 'application/json' };
    const pushed = await fetch(`${urls.loki}/loki/api/v1/push`, { method: 'POST', headers, body });
    expect(pushed.status).toBe(204);
    await eventually('the line', async () => (await source('ollama-log'))?.lines === 1);
    const text = await ops('triage', '--explain');
    expect(text).toContain('[gpu-oom · box 4]');
    expect(text).toContain('{service_name="ollama"}');
    expect(text).toContain('max_over_time(ops_gpu_temperature_celsius');
  });

  test('nothing of them with --offline but the samples, which are a file', async () => {
    const told: { sources: { kind: string; state: string; note?: string }[] } = JSON.parse(
      await ops('triage', '--json', '--offline'),
    );
    const kinds = told.sources.map(({ kind }) => kind);
    expect(kinds).toContain('watch-samples');
    expect(kinds).not.toContain('incidents');
    expect(kinds).not.toContain('prometheus');
    expect(told.sources.find(({ kind }) => kind === 'ollama-log')).toMatchObject({
      state: 'missing',
      note: 'not asked: --offline',
    });
  });
});
