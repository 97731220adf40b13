import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('../../', import.meta.url));

interface Service {
  network_mode: string;
  ports?: unknown;
  image: string;
  command?: string[];
  volumes?: string[];
}

const compose: { services: Record<string, Service>; volumes: Record<string, unknown> } = parse(
  readFileSync(join(root, 'docker-compose.observability.yml'), 'utf8'),
  { merge: true },
);
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
  ]);
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
