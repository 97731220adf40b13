import { z } from 'zod';
import { httpPhase, latencyCanary, latencyCanarySkipped } from '../catalogue/latency.ts';
import { type Check, type CheckConfig, sampleOf, schedule } from '../check.ts';
import { duration } from '../config/types.ts';
import type { Endpoints } from '../endpoints.ts';
import { OpsError } from '../errors.ts';
import type { Sample } from '../expression/series.ts';
import type { InFlightReply } from '../in-flight.ts';
import type { OllamaPs } from '../ollama.ts';
import { getHttp } from '../probes/http.ts';
import { type PhasedReply, postPhased } from '../probes/http-phases.ts';

interface LatencyConfig extends CheckConfig {
  readonly url?: string | undefined;
  readonly api_key?: string | undefined;
  readonly model?: string | undefined;
}

type LoadedModel = OllamaPs['models'][number];

/** Why a run asked nothing, a closed set of `ops_latency_canary_skipped`. */
type Skip = 'no_key' | 'cold' | 'busy';

const check = 'latency-baseline';
const phases = ['dns', 'connect', 'tls', 'first_byte', 'total'] as const;

/**
 * What it records is comparable from day to day: a warm model, an idle queue, always the same question. The average of seven days is the rules' work.
 */
const latencyBaseline: Check<LatencyConfig> = {
  summary: { en: 'time of one small chat through the whole path', zh: '经完整链路的一次小对话的耗时' },
  metrics: [latencyCanary, latencyCanarySkipped, httpPhase],
  replaces: 'curl -w "@time.txt"',
  schema: z.strictObject({
    every: schedule.prefault('15m'),
    timeout: duration.prefault('60s'),
    /** Base URL of the whole path, such as https://ai.yourcompany.com; default: the gateway itself. */
    url: z.url({ protocol: /^https?$/, error: 'expected a URL such as https://ai.yourcompany.com' }).optional(),
    /** The gateway's key with the id ops-canary; without it no chat is sent. */
    api_key: z.string().min(1).optional(),
    /** Model to ask; default: the one that is in memory. */
    model: z.string().min(1).optional(),
  }),
  async run({ url, api_key, model, timeout }, { endpoints, clock, log }) {
    const asked = await choose(endpoints, api_key, model, timeout * 0.1);
    const skipped = (reason: Skip, at: number) =>
      sampleOf(latencyCanarySkipped, { reason }, Number(reason === asked), at);
    const reasons = (at: number): Sample[] => (['no_key', 'cold', 'busy'] as const).map((one) => skipped(one, at));
    if (typeof asked === 'string') {
      log.debug({ reason: asked }, 'the canary is left out');
      return reasons(clock.now());
    }
    const target = new URL('/v1/chat/completions', url ?? endpoints.gateway).href;
    const reply = await postPhased({
      url: target,
      headers: { authorization: `Bearer ${api_key}` },
      body: question(asked, clock.now()),
      timeoutMs: timeout * 0.6,
    });
    assertWhole(target, reply);
    const at = clock.now();
    return [
      ...reasons(at),
      sampleOf(latencyCanary, { model: asked.name }, reply.phases.total, at),
      ...phases.flatMap((phase): Sample[] => {
        const seconds = reply.phases[phase];
        return seconds === undefined ? [] : [sampleOf(httpPhase, { check, phase }, seconds, at)];
      }),
    ];
  },
};

/** The model to ask, or why none is: a cold one would measure the disk, a busy one the queue. */
async function choose(
  endpoints: Endpoints,
  key: string | undefined,
  model: string | undefined,
  timeoutMs: number,
): Promise<LoadedModel | Skip> {
  if (key === undefined) return 'no_key';
  const [{ requests }, ...loaded] = await Promise.all([
    read<InFlightReply>(`${endpoints.gatewayMetrics}/inflight`, timeoutMs),
    ...endpoints.ollama.map((base) => read<OllamaPs>(new URL('/api/ps', base).href, timeoutMs)),
  ]);
  if (requests.length > 0) return 'busy';
  const models = loaded.flatMap((one) => one.models);
  return models.find(({ name }) => model === undefined || name === model || name === `${model}:latest`) ?? 'cold';
}

async function read<Reply>(url: string, timeoutMs: number): Promise<Reply> {
  const { status, body } = await getHttp(url, { timeoutMs });
  if (status !== 200) throw new OpsError('probe_failed', { probe: url, reason: `status ${status}` });
  return JSON.parse(body);
}

/** Longer than any time that a person sets: the model stays for ever. Seconds. */
const forever = 365 * 86_400;

/** `keep_alive` is what is left of it, so that a canary does not keep a model in memory that nobody uses. */
function question({ name, expires_at }: LoadedModel, now: number): unknown {
  const left = Math.ceil((Date.parse(expires_at) - now) / 1000);
  return {
    model: name,
    messages: [{ role: 'user', content: 'Count from one to twenty in words.' }],
    stream: true,
    max_tokens: 16,
    temperature: 0,
    keep_alive: left > forever ? -1 : Math.max(1, left),
  };
}

/** An error comes fast: taken for an answer it would lower the average. */
function assertWhole(url: string, { status, body }: PhasedReply): void {
  if (status !== 200) throw new OpsError('probe_failed', { probe: url, reason: `status ${status}` });
  if (!/^data: \[DONE\]\s*$/m.test(body)) {
    throw new OpsError('probe_failed', { probe: url, reason: 'the answer is not whole' });
  }
}

export default latencyBaseline;
