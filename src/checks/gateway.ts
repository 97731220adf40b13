import { z } from 'zod';
import { gatewayMetrics } from '../catalogue/index.ts';
import { httpDuration, httpUp } from '../catalogue/watch.ts';
import { type Check, type CheckConfig, sampleOf, schedule } from '../check.ts';
import { duration } from '../config/types.ts';
import { OpsError } from '../errors.ts';
import type { Sample } from '../expression/series.ts';
import { getHttp } from '../probes/http.ts';
import { parseExposition } from '../telemetry/exposition.ts';

const labels = { check: 'gateway' };

/** The gateway's own series; its process metrics have the names of ours and are left to Prometheus, which adds a job. */
const own = gatewayMetrics.filter(({ name }) => name.startsWith('llm_gateway_'));

const kept = new Set(
  own.flatMap(({ name, type }) => (type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name])),
);

const check: Check<CheckConfig> = {
  summary: { en: 'whether the gateway can serve chats, and its metrics', zh: '网关是否可用,以及它的指标' },
  metrics: [httpUp, httpDuration, ...own],
  schema: z.strictObject({ every: schedule.prefault('15s'), timeout: duration.prefault('10s') }),
  async run({ timeout }, { endpoints, clock, log }) {
    const start = clock.monotonic();
    const timeoutMs = timeout * 0.8;
    const metrics = scrape(`${endpoints.gatewayMetrics}/metrics`, timeoutMs);
    const ready = await getHttp(`${endpoints.gateway}/ready`, { timeoutMs }).catch(orSilence);
    const at = clock.now();
    const samples: Sample[] = [
      sampleOf(httpUp, labels, ready?.status === 200 ? 1 : 0, at),
      sampleOf(httpDuration, labels, (clock.monotonic() - start) / 1000, at),
    ];
    const text = await metrics;
    // A gateway that is down has no metrics either: that is its state, not a failure of this check.
    if (text instanceof OpsError && ready !== undefined) throw text;
    if (text instanceof OpsError) log.debug({ reason: text.message }, 'the gateway does not answer');
    else samples.push(...parseExposition(text, at).filter(({ name }) => kept.has(name)));
    return samples;
  },
};

async function scrape(url: string, timeoutMs: number): Promise<string | OpsError> {
  try {
    const { status, body } = await getHttp(url, { timeoutMs });
    return status === 200 ? body : new OpsError('probe_failed', { probe: url, reason: `status ${status}` });
  } catch (thrown) {
    if (thrown instanceof OpsError) return thrown;
    throw thrown;
  }
}

function orSilence(thrown: unknown): undefined {
  if (!(thrown instanceof OpsError)) throw thrown;
}

export default check;
