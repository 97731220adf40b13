import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { gatewaySchema } from '../../gateway/config.ts';
import { pageSchema } from '../../src/page/config.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

interface Service {
  network_mode: string;
  ports?: unknown;
  image: string;
  build?: string;
  user?: string;
  read_only?: boolean;
  cap_drop?: string[];
  mem_limit?: string;
  cpus?: number;
  healthcheck?: { test: string[] };
  secrets?: string[];
  group_add?: string[];
  command?: string[];
  volumes?: string[];
}

type Profiled = Service & { profiles: string[]; deploy?: unknown };

const compose: {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
  secrets: Record<string, { file: string }>;
} = parse(readFileSync(join(root, 'docker-compose.observability.yml'), 'utf8'), { merge: true });
const services = Object.entries(compose.services);

test('has every part of the stack', () => {
  expect(Object.keys(compose.services).sort()).toEqual([
    'alertmanager',
    'collector',
    'gateway',
    'grafana',
    'loki',
    'prometheus',
    'tempo',
    'watch',
    'watch-nvidia',
  ]);
});

test.each(services)('%s is not root, cannot write its image, and is bounded', (name, service) => {
  const own = service.image.startsWith('clawdbot-ops:');
  const user = own ? /^USER (\S+)$/m.exec(readFileSync(join(root, 'Dockerfile'), 'utf8'))?.[1] : service.user;
  expect(user, name).toMatch(/^[1-9]\d*:\d+$/);
  expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
  expect(service.mem_limit).toMatch(/^\d+[mg]$/);
  expect(service.cpus).toBeGreaterThan(0);
  expect(service.healthcheck?.test[0]).toBe('CMD');
});

test('who reads the logs is in their groups', () => {
  const [, gatewayGroup] = /^USER \d+:(\d+)$/m.exec(readFileSync(join(root, 'Dockerfile'), 'utf8')) ?? [];
  const adm = '4';
  expect(compose.services['collector']?.group_add).toEqual([adm, gatewayGroup]);
  expect(compose.services['watch']?.group_add).toEqual([adm]);
});

test('the GPU is the only difference between the two profiles of watch', () => {
  const { watch, 'watch-nvidia': nvidia } = compose.services;
  const [{ profiles, ...plain }, { profiles: others, deploy, ...same }] = [watch, nvidia] as [Profiled, Profiled];
  expect([profiles, others]).toEqual([['no-gpu'], ['nvidia']]);
  expect(JSON.stringify(deploy)).toContain('"driver":"nvidia"');
  expect(same).toEqual(plain);
});

test('every secret comes from a file, and has a service', () => {
  const used = new Set(services.flatMap(([, { secrets = [] }]) => secrets));
  expect([...used].sort()).toEqual(Object.keys(compose.secrets).sort());
  expect(Object.values(compose.secrets).every(({ file }) => file.startsWith('./secrets/'))).toBe(true);
});

test.each(services)('%s uses the host network and publishes no port', (_, service) => {
  expect(service.network_mode).toBe('host');
  expect(service.ports).toBeUndefined();
  expect(service.image).toMatch(/:v?\d+\.\d+\.\d+$/);
});

test.each(services)('%s mounts only what exists or is made by this project', (_, { volumes = [] }) => {
  for (const volume of volumes) {
    const [source = ''] = volume.split(':');
    if (source.startsWith('./') && source !== './ops.yaml') expect(existsSync(join(root, source)), source).toBe(true);
    else if (!source.startsWith('/') && !source.startsWith('./')) expect(compose.volumes).toHaveProperty(source);
  }
});

const configurations = [
  'deploy/tempo/tempo.yaml',
  'deploy/loki/loki.yaml',
  'deploy/collector/collector.yaml',
  'docker-compose.observability.yml',
];

test.each(configurations)('%s listens on 127.0.0.1 only', (path) => {
  const text = readFileSync(join(root, path), 'utf8');
  const addresses = [...text.matchAll(/(?<![\d.])(\d+\.\d+\.\d+\.\d+):\d+/g)].map(([, host]) => host);
  expect(addresses.length, `${dirname(path)} names no address`).toBeGreaterThan(0);
  expect(new Set(addresses)).toEqual(new Set(['127.0.0.1']));
  expect(text).not.toMatch(/0\.0\.0\.0/);
});

const read = (path: string) => parse(readFileSync(join(root, path), 'utf8'));
const addressOf = ({ host = '127.0.0.1', port }: { host?: string; port: number }): string => `${host}:${port}`;

test('Prometheus scrapes where gateway and watch serve their metrics by default', () => {
  const jobs: { job_name: string; static_configs: { targets: string[] }[] }[] = read(
    'deploy/prometheus/prometheus.yml',
  ).scrape_configs;
  const targets = Object.fromEntries(jobs.map((job) => [job.job_name, job.static_configs[0]?.targets]));
  expect(targets).toEqual({
    gateway: [addressOf(gatewaySchema.parse({}).metrics_listen)],
    watch: [addressOf(pageSchema.parse({}).listen)],
  });
});

test('each part asks its neighbour where that one listens', () => {
  const tempo = read('deploy/tempo/tempo.yaml');
  const loki = read('deploy/loki/loki.yaml').server;
  const { receivers, exporters } = read('deploy/collector/collector.yaml');
  const lokiUrl = `http://${loki.http_listen_address}:${loki.http_listen_port}`;
  const otlp = `http://${receivers.otlp.protocols.http.endpoint}`;
  const sources = read('deploy/grafana/provisioning/datasources/datasources.yml').datasources;
  expect(Object.fromEntries(sources.map((one: { uid: string; url: string }) => [one.uid, one.url]))).toEqual({
    prometheus: 'http://127.0.0.1:9090',
    loki: lokiUrl,
    tempo: `http://127.0.0.1:${tempo.server.http_listen_port}`,
  });
  expect(exporters['otlp_http/loki'].endpoint).toBe(`${lokiUrl}/otlp`);
  expect(exporters['otlp_http/tempo'].endpoint).toBe(
    `http://${tempo.distributor.receivers.otlp.protocols.http.endpoint}`,
  );
  expect(compose.services['gateway']).toHaveProperty('environment.OTEL_EXPORTER_OTLP_ENDPOINT', otlp);
});

test('the collector reads the file that the gateway writes', () => {
  const { receivers } = read('deploy/collector/collector.yaml');
  const [gateway, watch] = ['gateway', 'watch'].map((name) => JSON.stringify(compose.services[name]));
  const [file = ''] = receivers['file_log/gateway'].include;
  expect(gateway).toContain(`"OPS_GATEWAY_AUDIT_FILE":"${file}"`);
  expect(watch).toContain(`"OPS_TRIAGE_LOGS_GATEWAY_LOG":"${file}"`);
  for (const name of ['gateway', 'watch', 'collector']) {
    expect(compose.services[name]?.volumes?.some((volume) => volume.startsWith(`gateway-log:${dirname(file)}`))).toBe(
      true,
    );
  }
});

test.each([
  ['tempo', 'tempo-data:/var/tempo', 'deploy/tempo/tempo.yaml'],
  ['loki', 'loki-data:/loki', 'deploy/loki/loki.yaml'],
  ['collector', 'collector-data:/var/lib/otelcol', 'deploy/collector/collector.yaml'],
])('%s keeps its data in its volume', (name, volume, path) => {
  expect(compose.services[name]?.volumes).toContain(volume);
  const folder = volume.split(':')[1] ?? '';
  expect(readFileSync(join(root, path), 'utf8')).toContain(folder);
});
