import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { Sample } from '../../src/expression/series.ts';
import { openSamples } from '../../src/store/samples.ts';
import { closeServers, minutesAgo, triageOf } from './world.ts';

afterEach(closeServers);

const hour = 60;
const past = { from: minutesAgo(3 * hour).getTime(), to: minutesAgo(2 * hour).getTime() };

/** A state folder in which watch has written samples, all of them in the middle of the window. */
async function watched(...samples: readonly Omit<Sample, 'at'>[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'watched-'));
  const store = openSamples(folder);
  store.append(samples.map((sample) => ({ ...sample, at: minutesAgo(2.5 * hour).getTime() })));
  store.close();
  return folder;
}

const temperature = (value: number) => ({
  name: 'ops_gpu_temperature_celsius',
  labels: { uuid: 'GPU-1', sensor: 'core' },
  value,
});
const gateway = (value: number) => ({ name: 'ops_http_up', labels: { check: 'gateway' }, value });
const ollama = (value: number) => ({ name: 'ops_ollama_up', labels: { backend: '127.0.0.1:11434' }, value });

/** What is said of the window two hours ago, while everything runs now. */
const verdictOf = async (...samples: readonly Omit<Sample, 'at'>[]) => {
  const { verdict } = await triageOf(
    { audit: [], access: [] },
    { window: past, stateFolder: await watched(...samples) },
  );
  return verdict.cause;
};

test('a GPU that was too hot then is found, although it is cool now', async () => {
  expect(await verdictOf(temperature(94), ollama(1))).toBe('gpu-hot');
});

test('a gateway that did not answer then is told from one that had no Ollama', async () => {
  expect(await verdictOf(temperature(60), gateway(0), ollama(1))).toBe('gateway-down');
  expect(await verdictOf(temperature(60), gateway(0), ollama(0))).toBe('service-down');
  expect(await verdictOf(temperature(60), gateway(1), ollama(1))).not.toMatch(/down|hot/);
});

test('of the present the parts themselves are asked: what watch saw some minutes ago is no fault now', async () => {
  const folder = await watched(gateway(0), ollama(0), temperature(60));
  const window = { from: minutesAgo(3 * hour).getTime(), to: Date.now() };
  const { verdict, sources } = await triageOf({ audit: [{}] }, { window, stateFolder: folder });
  expect(verdict.cause).toBe('healthy');
  const samples = sources.find(({ kind }) => kind === 'watch-samples');
  expect(samples).toMatchObject({ path: folder, state: 'read', lines: 1 });
  expect(samples?.asked).toContain('max_over_time(ops_gpu_temperature_celsius{sensor="core"}[3h])');
});

test('a folder without samples and a watch that does not run are said', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'unwatched-'));
  const { sources } = await triageOf({ audit: [{}] }, { stateFolder: folder });
  const states = sources.filter(({ kind }) => kind === 'watch-samples' || kind === 'incidents');
  expect(states.map(({ state }) => state)).toEqual(['unreadable', 'unreadable']);
  expect(states[1]?.note).toBe('connection refused; systemctl start clawdbot-ops-watch');
});
