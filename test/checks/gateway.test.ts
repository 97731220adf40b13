import { expect, test } from 'vitest';
import { requestDuration, requests, tokens } from '../../src/catalogue/gateway.ts';
import { gatewayMetrics } from '../../src/catalogue/index.ts';
import { startTime } from '../../src/catalogue/process.ts';
import gateway from '../../src/checks/gateway.ts';
import { createMetrics } from '../../src/telemetry/registry.ts';
import { freePort } from '../support/ops.ts';
import { runCheck, serve, valuesOf } from './support/context.ts';

const labels = { check: 'gateway' };

interface Answers {
  readonly ready: number;
  readonly metrics: number;
  readonly text?: string;
}

/** A gateway as the check sees it: `/ready` on one server, `/metrics` on another. */
async function endpoints({ ready, metrics, text = '' }: Answers) {
  const answer = (path: string, status: number, body: string) =>
    serve((request, reply) => reply.writeHead(request.url === path ? status : 404).end(body));
  return {
    gateway: await answer('/ready', ready, '{}'),
    gatewayMetrics: await answer('/metrics', metrics, text),
  };
}

async function exposition(): Promise<string> {
  const metrics = createMetrics(gatewayMetrics);
  metrics.add(requests, { outcome: 'ok', model: 'say "hi"\\ {now}, a=b\nx' }, 3);
  metrics.add(tokens, { direction: 'output', model: 'qwen3:4b' }, 1234);
  metrics.observe(requestDuration, { outcome: 'ok' }, 4);
  metrics.set(startTime, {}, 1_700_000_000);
  return metrics.exposition();
}

test('a ready gateway is up and its own series become samples, label values as they were', async () => {
  const samples = await runCheck(gateway, {}, await endpoints({ ready: 200, metrics: 200, text: await exposition() }));
  expect(valuesOf(samples, 'ops_http_up', labels)).toEqual([1]);
  expect(valuesOf(samples, 'ops_http_duration_seconds', labels)).toHaveLength(1);
  const model = 'say "hi"\\ {now}, a=b\nx';
  expect(valuesOf(samples, requests.name, { outcome: 'ok', model })).toEqual([3]);
  expect(valuesOf(samples, tokens.name, { direction: 'output', model: 'qwen3:4b' })).toEqual([1234]);
});

test('histograms come with every bucket, sum and count', async () => {
  const samples = await runCheck(gateway, {}, await endpoints({ ready: 200, metrics: 200, text: await exposition() }));
  const bucket = (le: string) => valuesOf(samples, `${requestDuration.name}_bucket`, { outcome: 'ok', le });
  expect([bucket('3'), bucket('5'), bucket('600'), bucket('+Inf')]).toEqual([[0], [1], [1], [1]]);
  expect(valuesOf(samples, `${requestDuration.name}_sum`, { outcome: 'ok' })).toEqual([4]);
  expect(valuesOf(samples, `${requestDuration.name}_count`, { outcome: 'ok' })).toEqual([1]);
});

test('process metrics, and what is not of the catalogue, are left out', async () => {
  const text = `${await exposition()}\nsomebody_elses_metric 7\nllm_gateway_unheard_of 1\n`;
  const samples = await runCheck(gateway, {}, await endpoints({ ready: 200, metrics: 200, text }));
  const names = new Set(samples.map(({ name }) => name));
  for (const name of [startTime.name, 'somebody_elses_metric', 'llm_gateway_unheard_of']) {
    expect(names).not.toContain(name);
  }
  expect(new Set(samples.map(({ at }) => at)).size).toBe(1);
});

test('a gateway that is not ready is down but still measured', async () => {
  const samples = await runCheck(gateway, {}, await endpoints({ ready: 503, metrics: 200, text: await exposition() }));
  expect(valuesOf(samples, 'ops_http_up', labels)).toEqual([0]);
  expect(valuesOf(samples, tokens.name)).toContain(1234);
});

test('a gateway that is gone is down, and the check has not failed', async () => {
  const [a, b] = [await freePort(), await freePort()];
  const gone = { gateway: `http://127.0.0.1:${a}`, gatewayMetrics: `http://127.0.0.1:${b}` };
  const samples = await runCheck(gateway, {}, gone);
  expect(samples.map(({ name, value }) => [name, name === 'ops_http_up' ? value : null])).toEqual([
    ['ops_http_up', 0],
    ['ops_http_duration_seconds', null],
  ]);
});

test('a gateway that answers while its metrics do not is a check that fails, with the reason', async () => {
  await expect(runCheck(gateway, {}, await endpoints({ ready: 200, metrics: 500 }))).rejects.toThrow('status 500');
  const half = {
    ...(await endpoints({ ready: 503, metrics: 200 })),
    gatewayMetrics: `http://127.0.0.1:${await freePort()}`,
  };
  await expect(runCheck(gateway, {}, half)).rejects.toThrow('connection refused');
});

test('a gateway that is silent is down before the deadline of the check', async () => {
  const silent = await serve(() => {});
  const samples = await runCheck(gateway, { timeout: '500ms' }, { gateway: silent, gatewayMetrics: silent });
  expect(valuesOf(samples, 'ops_http_up', labels)).toEqual([0]);
});
