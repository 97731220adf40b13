import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
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

const prometheus = findProgram('prometheus');
const promtool = findProgram('promtool');
const rulesFile = join(repository, 'alerts/generated/rules.yml');

interface GeneratedBoard {
  readonly panels: { title: string; targets?: { expr: string }[] }[];
  readonly annotations: { list: { name: string; expr: string }[] };
}

const boards = readdirSync(join(repository, 'dashboards/generated')).map(
  (file): GeneratedBoard => JSON.parse(readFileSync(join(repository, 'dashboards/generated', file), 'utf8')),
);

/** With Grafana's variables replaced by what they stand for. */
const filled = (expr: string) => expr.replaceAll('$__rate_interval', '1m').replaceAll(/\$(job|instance)/g, '.+');

/** Every expression of the generated boards. */
const panelExpressions = boards.flatMap(({ panels }) =>
  panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expression: filled(expr) }))),
);

/** Those of their annotations, which all boards share. */
const annotations = new Map(
  boards.flatMap((board) => board.annotations.list.map(({ name, expr }) => [name, filled(expr)])),
);

realPart('promtool', promtool !== undefined)('promtool accepts', () => {
  const check = (file: string) => execFileSync(promtool ?? 'promtool', ['check', 'rules', file], { encoding: 'utf8' });

  test('the generated rules, and those of watch itself', () => {
    expect(check(rulesFile)).toContain('SUCCESS');
    expect(check(join(repository, 'deploy/prometheus/watch-down.yml'))).toContain('SUCCESS');
  });

  test('every panel expression', () => {
    const file = join(temporaryFolder('panels'), 'panels.yml');
    const rules = panelExpressions.map(({ expression }, index) => ({ record: `panel:${index}`, expr: expression }));
    writeFileSync(file, stringify({ groups: [{ name: 'panels', rules }] }));
    expect(check(file)).toContain(`SUCCESS: ${rules.length} rules found`);
  });

  test('nothing that is wrong', () => {
    const file = join(temporaryFolder('panels'), 'wrong.yml');
    writeFileSync(file, stringify({ groups: [{ name: 'x', rules: [{ record: 'a:b', expr: 'rate(sum(foo)[5m])' }] }] }));
    expect(() => check(file)).toThrow();
  });
});

realPart('prometheus', prometheus !== undefined)('a real Prometheus', () => {
  const cleanups: (() => unknown)[] = [];
  let api = '';
  let restartGateway: () => Promise<void>;

  beforeAll(async () => {
    const [gatewayPort, metricsPort, pagePort, prometheusPort] = await Promise.all([0, 1, 2, 3].map(freePort));
    const folder = temporaryFolder('prometheus');
    const ollama = await startOllamaSimulator({ models: ['qwen3:32b'] });
    const gpu = await createGpuSimulator(folder);
    const configuration = {
      gateway: {
        listen: `127.0.0.1:${gatewayPort}`,
        metrics_listen: `127.0.0.1:${metricsPort}`,
        ollama_api: ollama.url,
        auth: { valid_keys: ['k'] },
      },
      watch: {
        state_dir: folder,
        checks: { gpu: { every: '1s', command: gpu.command }, gateway: { every: '1s' } },
      },
      page: { listen: `127.0.0.1:${pagePort}` },
    };
    let gateway = startOps('gateway', configuration);
    restartGateway = async () => {
      await gateway.stop();
      gateway = startOps('gateway', configuration);
    };
    const watch = startOps('watch', configuration);
    cleanups.push(
      () => watch.stop(),
      () => gateway.stop(),
      () => ollama.close(),
    );
    await Promise.all([
      answering(`http://127.0.0.1:${gatewayPort}/ready`, gateway),
      answering(`http://127.0.0.1:${pagePort}/health`, watch),
    ]);
    api = `http://127.0.0.1:${prometheusPort}`;
    const file = join(folder, 'prometheus.yml');
    const target = (job: string, port: number | undefined) => ({
      job_name: job,
      static_configs: [{ targets: [`127.0.0.1:${port}`] }],
    });
    writeFileSync(
      file,
      stringify({
        global: { scrape_interval: '1s', evaluation_interval: '1s' },
        rule_files: [rulesFile],
        scrape_configs: [target('gateway', metricsPort), target('watch', pagePort)],
      }),
    );
    const server = startProgram(prometheus ?? 'prometheus', [
      `--config.file=${file}`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=127.0.0.1:${prometheusPort}`,
      '--scrape.discovery-reload-interval=100ms',
    ]);
    cleanups.unshift(() => server.stop());
    await answering(`${api}/-/ready`, server);
    const chat = () =>
      fetch(`http://127.0.0.1:${gatewayPort}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'x-api-key': 'k', 'content-type': 'application/json' },
        body: '{"model":"qwen3:32b","messages":[{"role":"user","content":"hi"}]}',
      });
    for (let round = 0; round < 4; round += 1) {
      expect((await chat()).status).toBe(200);
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }, 90_000);

  afterAll(async () => {
    for (const cleanup of cleanups) await cleanup();
  });

  const query = async (expression: string): Promise<{ metric: Record<string, string>; value: [number, string] }[]> => {
    const reply = await fetch(`${api}/api/v1/query?query=${encodeURIComponent(expression)}`);
    const { data } = (await reply.json()) as {
      data: { result: { metric: Record<string, string>; value: [number, string] }[] };
    };
    expect(reply.status, expression).toBe(200);
    return data.result;
  };

  test('scrapes gateway and watch', async () => {
    await eventually('both targets up', async () => (await query('sum(up)'))[0]?.value[1] === '2');
  });

  test('loads the exported rules, and each evaluates', async () => {
    const healthy = await eventually('evaluated rules', async () => {
      const reply = await fetch(`${api}/api/v1/rules`);
      const { data } = (await reply.json()) as {
        data: { groups: { rules: { type: string; name: string; health: string }[] }[] };
      };
      // What is recorded every quarter of an hour has not been asked for yet.
      const rules = data.groups.flatMap(({ rules }) => rules).filter(({ type }) => type === 'alerting');
      return rules.length > 0 && rules.every(({ health }) => health !== 'unknown') ? rules : undefined;
    });
    expect(healthy.filter(({ health }) => health !== 'ok')).toEqual([]);
  });

  /** Panels that may have nothing to show on a healthy machine without a certificate, and why. */
  const silentPanels: Record<string, string> = {
    'Certificate: days left': 'no certificate on the test machine',
    'Canary against its average of seven days': 'the canary has no key on the test machine',
    'Phases of the canary': 'the canary has no key on the test machine',
    'Certificate problems': 'no certificate on the test machine',
    'Nginx connections': 'no page of stub_status on the test machine',
    'Who holds GPU memory': 'no process on the simulated GPU',
    'Degrees left before the GPU slows down': 'the simulated card names no margin',
    'GPU and kernel faults per hour': 'nothing has failed',
    'Swap in use, clock in step': 'the test machine may have neither swap nor timedatectl',
  };

  test.each(panelExpressions.map(({ title, expression }) => [title, expression] as const))(
    'panel %s has data',
    async (title, expression) => {
      if (title in silentPanels) return expect(await query(expression)).toBeDefined();
      await eventually(`data of ${title}`, async () => (await query(expression)).length > 0);
    },
  );

  test('no panel is excused that is on no board', () => {
    const titles = panelExpressions.map(({ title }) => title);
    expect(Object.keys(silentPanels).filter((title) => !titles.includes(title))).toEqual([]);
  });

  test('a restart is annotated, and incidents can be', async () => {
    expect(await query(annotations.get('Incidents') ?? '')).toBeDefined();
    const restarts = annotations.get('Restarts') ?? '';
    await restartGateway();
    await eventually('the annotation', async () =>
      (await query(restarts)).some(({ metric }) => metric['job'] === 'gateway'),
    );
  }, 30_000);
});
