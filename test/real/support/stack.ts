import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { parse } from 'yaml';
import {
  answering,
  freePort,
  type RunningProgram,
  repository,
  startOps,
  startProgram,
  temporaryFolder,
} from '../../support/ops.ts';
import { writeJournal } from './journal.ts';
import { startRealOllama } from './ollama.ts';

/** Paths of the programs of the stack. */
export type Programs = Readonly<Record<'prometheus' | 'loki' | 'tempo' | 'otelcol', string>>;

/** Ports in the files of deploy/, each of which becomes a free one. */
const shippedPorts = [3100, 9096, 3200, 9095, 7946, 14318, 4318, 13133, 9090, 9464, 9465, 18789];

/** A service of docker-compose.observability.yml. */
export const composed = (service: string): { command: string[]; healthcheck: { test: string[] } } =>
  parse(readFileSync(join(repository, 'docker-compose.observability.yml'), 'utf8'), { merge: true }).services[service];

/**
 * Gateway and watch before a real Ollama, with the stack of docker-compose.observability.yml on its shipped
 * configuration: only ports, folders and Prometheus' scrape interval are others.
 */
export async function startStack(programs: Programs) {
  const folder = temporaryFolder('stack');
  const ports = new Map<number, number>();
  for (const port of shippedPorts) ports.set(port, await freePort());
  const at = (port: number): string => `127.0.0.1:${ports.get(port)}`;
  const ship = (path: string, folders: Readonly<Record<string, string>>): string => {
    let text = readFileSync(join(repository, path), 'utf8');
    for (const [shipped, own] of Object.entries(folders)) text = text.replaceAll(shipped, own);
    for (const [shipped, own] of ports)
      text = text.replaceAll(new RegExp(`(?<!\\d)${shipped}(?!\\d)`, 'g'), String(own));
    const target = join(folder, path.replaceAll('/', '-'));
    writeFileSync(target, text);
    return target;
  };
  const own = (name: string): string => {
    mkdirSync(join(folder, name), { recursive: true });
    return join(folder, name);
  };
  const start = async (program: string, args: readonly string[], ready: string): Promise<void> => {
    const running = startProgram(program, args);
    // Tempo does not end on SIGTERM once it was asked something; what it wrote is of no use after the test.
    onTestFinished(() => void running.process.kill('SIGKILL'));
    await answering(ready, running);
  };

  const logs = own('logs');
  const journal = own('journal');
  writeJournal(journal, [
    {
      fields: { _TRANSPORT: 'stdout', _SYSTEMD_UNIT: 'ollama.service' },
      message: 'msg="inference compute" library=cpu',
    },
    { fields: { _TRANSPORT: 'kernel' }, message: 'NVRM: Xid (PCI:0000:01:00): 79, GPU has fallen off the bus.' },
  ]);
  writeFileSync(
    join(own('nginx'), 'access.log'),
    '203.0.113.9 - - [25/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 1\n',
  );
  const loki = ship('deploy/loki/loki.yaml', { ' /loki': ` ${own('loki')}` });
  const tempo = ship('deploy/tempo/tempo.yaml', { '/var/tempo': own('tempo') });
  const collector = ship('deploy/collector/collector.yaml', {
    '/var/lib/otelcol': own('otelcol'),
    '/var/log/clawdbot-ops': logs,
    '/var/log/nginx': own('nginx'),
    '    units:': `    directory: ${journal}\n    units:`,
    '    matches:': `    directory: ${journal}\n    matches:`,
  });
  await Promise.all([
    start(programs.loki, [`-config.file=${loki}`], `http://${at(3100)}/ready`),
    start(programs.tempo, [`-config.file=${tempo}`], `http://${at(3200)}/ready`),
    start(programs.otelcol, [`--config=${collector}`], `http://${at(13133)}/`),
  ]);

  const ollama = await startRealOllama();
  onTestFinished(() => ollama.stop());
  const configuration = {
    gateway: {
      listen: at(18789),
      metrics_listen: at(9464),
      ollama_api: ollama.url,
      auth: { valid_keys: ['stack-key-0123456789'] },
      audit: { file: join(logs, 'qwen-gateway.log') },
    },
    watch: { state_dir: own('watch') },
    telemetry: { otlp_endpoint: `http://${at(4318)}` },
    page: { listen: at(9465) },
  };
  const ops: RunningProgram[] = [];
  for (const [command, port] of [
    ['gateway', 18789],
    ['watch', 9465],
  ] as const) {
    const running = startOps(command, configuration);
    ops.push(running);
    await answering(`http://${at(port)}/health`, running);
  }
  onTestFinished(async () => void (await Promise.all(ops.map((one) => one.stop()))));

  cpSync(join(repository, 'alerts/generated/rules.yml'), join(own('rules'), 'rules.yml'));
  const prometheus = ship('deploy/prometheus/prometheus.yml', {
    'scrape_interval: 15s': 'scrape_interval: 1s',
    ' rules/': ` ${folder}/rules/`,
  });
  const data = [`--storage.tsdb.path=${own('prometheus')}`, `--web.listen-address=${at(9090)}`];
  const features = composed('prometheus').command.filter((argument) => argument.startsWith('--enable-feature'));
  await start(
    programs.prometheus,
    [`--config.file=${prometheus}`, ...data, ...features, '--scrape.discovery-reload-interval=100ms'],
    `http://${at(9090)}/-/ready`,
  );
  return {
    at,
    gateway: `http://${at(18789)}`,
    prometheus: `http://${at(9090)}`,
    loki: `http://${at(3100)}`,
    tempo: `http://${at(3200)}`,
  };
}
