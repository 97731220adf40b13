import { expect, test } from 'vitest';
import { measure } from '../../../gateway/account/measure.ts';
import { meaningOf } from '../../../gateway/account/outcome.ts';
import { RequestRecord } from '../../../gateway/account/request-record.ts';
import type { Inbound } from '../../../gateway/admission/admitted.ts';
import { rejections } from '../../../src/catalogue/gateway.ts';
import { gatewayMetrics } from '../../../src/catalogue/index.ts';
import type { Clock } from '../../../src/clock.ts';
import { type ClientErrorCode, errors, OpsError } from '../../../src/errors.ts';
import { createMetrics } from '../../../src/telemetry/registry.ts';

const inbound: Inbound = {
  ...{ requestId: 'r1', clientRequestId: null, traceparent: undefined, method: 'POST', path: '/v1/chat/completions' },
  ...{ clientIp: '10.0.0.7', proxied: true, userId: null, headers: {} },
};

/** A record on a clock that only the test moves, in milliseconds. */
function recordAt() {
  let now = 0;
  const clock: Clock = { now: () => now, monotonic: () => now, after: () => () => {} };
  const record = new RequestRecord(inbound, null, clock);
  record.describe({ model: 'm', stream: true, promptChars: 2, messages: 1 });
  return {
    record,
    pass: (ms: number) => {
      now += ms;
    },
  };
}

async function textOf(record: RequestRecord): Promise<string> {
  const metrics = createMetrics(gatewayMetrics);
  record.end({ status: 200, aborted: false, bytesSent: 10 });
  measure(metrics, record, record.line('audit', false));
  return metrics.exposition();
}

test('the overhead is the time until the upstream call without the wait in the queue', async () => {
  const { record, pass } = recordAt();
  pass(4);
  record.phase('queue');
  pass(7000);
  record.phase('prefill');
  pass(900);
  const text = await textOf(record);
  expect(text).toContain('llm_gateway_overhead_seconds_sum 0.004');
  expect(text).toContain('llm_gateway_admission_wait_seconds_sum 7');
});

test('a request that never went upstream has no overhead', async () => {
  const { record, pass } = recordAt();
  pass(4);
  expect(await textOf(record)).toContain('llm_gateway_overhead_seconds_count 0');
});

test('the model’s work is charged to the key', async () => {
  const { record } = recordAt();
  record.admitted({ keyId: 'clawdbot', probe: false });
  record.received({ done: true, load_duration: 4e9, prompt_eval_duration: 2e9, eval_duration: 5e8 });
  const text = await textOf(record);
  expect(text).toContain('llm_gateway_gpu_seconds_total{key_id="clawdbot",phase="load"} 4');
  expect(text).toContain('llm_gateway_gpu_seconds_total{key_id="clawdbot",phase="prefill"} 2');
  expect(text).toContain('llm_gateway_gpu_seconds_total{key_id="clawdbot",phase="decode"} 0.5');
});

test('a cut prompt is counted for its model, and one that was not cut starts the count at 0', async () => {
  const [cut, whole] = [recordAt().record, recordAt().record];
  for (const record of [cut, whole]) {
    record.backend('ollama:11434');
    record.phase('prefill');
  }
  cut.truncated();
  expect(await textOf(cut)).toContain('llm_gateway_prompts_truncated_total{model="m"} 1');
  expect(await textOf(whole)).toContain('llm_gateway_prompts_truncated_total{model="m"} 0');
});

test('a probe is in no metric of the users', async () => {
  const { record } = recordAt();
  record.admitted({ keyId: 'ops-canary', probe: true });
  record.received({ done: true, eval_duration: 5e8 });
  const text = await textOf(record);
  expect(text).not.toContain('ops-canary');
  expect(text).not.toContain('llm_gateway_requests_total{');
});

const clientCodes = Object.entries(errors).flatMap(([code, { audience }]) =>
  audience === 'client' ? [code as ClientErrorCode] : [],
);

test.each(clientCodes)('the rejection of %s is one that the catalogue knows', (code) => {
  for (const reason of [undefined, 'headers', 'rate_store', 'breaker', 'draining', 'caller']) {
    const { rejection } = meaningOf(new OpsError(code, reason ? { reason } : {}));
    if (rejection !== undefined) expect(rejections.labels.reason).toContain(rejection);
  }
});

test.each([
  ['headers', 'invalid_request', { outcome: 'client_error', rejection: 'headers' }],
  ['rate_store', 'service_unavailable', { outcome: 'gateway_error', rejection: 'rate_store' }],
  ['breaker', 'service_unavailable', { outcome: 'upstream_error', rejection: 'breaker' }],
  ['draining', 'service_unavailable', { outcome: 'rejected', rejection: 'draining' }],
  ['caller', 'service_unavailable', { outcome: 'upstream_error' }],
] as const)('the reason %s of %s is %o', (reason, code, meaning) => {
  expect(meaningOf(new OpsError(code, { reason }))).toEqual(meaning);
});
