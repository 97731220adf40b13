import { expect, test, vi } from 'vitest';
import { probeEveryMs } from '../../gateway/upstream/breaker.ts';
import type { RequestOutcome } from '../../src/audit-line.ts';
import { type Clock, systemClock } from '../../src/clock.ts';
import type { OllamaFault, OllamaSimulatorOptions } from '../../src/demo/ollama-simulator.ts';
import { events, key, type Rig, startRig } from './support/gateway.ts';

interface Situation {
  readonly fault: OllamaFault;
  readonly ollama?: OllamaSimulatorOptions;
  readonly config?: Record<string, unknown>;
}

const quickTimeouts = { no_response: '300ms', first_token: '700ms', between_tokens: '300ms', cold_load: '3s' };
const quick = { error_format: 'openai', timeouts: quickTimeouts };

/** The probe has a third of `no_response` to find Ollama alive: 300 ms are not enough on a busy machine. */
const alive = { timeouts: { ...quickTimeouts, no_response: '1200ms', first_token: '1900ms' } };
const tooLate = { fault: 'slow-first-token', ollama: { slowFirstTokenMs: 6000 }, config: alive } as const;
const cold = { loaded: [], loadMs: 100 };

/** What is wrong with Ollama. */
const situations = {
  'is gone': { fault: 'refuse' },
  'is silent': { fault: 'silent' },
  'answers after a while': { fault: 'slow-first-token', ollama: { slowFirstTokenMs: 1450 }, config: alive },
  'answers too late': tooLate,
  'answers too late, after a comment': { ...tooLate, config: { ...alive, sse_comment_interval: '100ms' } },
  'answers 500': { fault: 'error' },
  'is busy': { fault: 'busy' },
  'lost the model': { fault: 'not-found' },
  'cuts before its headers': { fault: 'early-reset' },
  'cannot load the model': { fault: 'load-failure', ollama: cold },
  'dies while it loads': { fault: 'load-reset', ollama: cold },
  'stops speaking': { fault: 'stall' },
  'reports an error in the middle': { fault: 'error-record' },
  'ends without its last record': { fault: 'no-done' },
  'sends a line that is no JSON': { fault: 'garbage' },
  'ends inside a character': { fault: 'half-character' },
  'cuts in the middle': { fault: 'reset' },
  'sends a line of a megabyte': { fault: 'huge-line' },
} as const satisfies Record<string, Situation>;

type Row = readonly [
  situation: keyof typeof situations,
  call: 'stream' | 'plain' | 'embed',
  status: number,
  /** The error code that the caller reads, or that the answer was complete. */
  end: string,
  outcome: RequestOutcome,
  /** Label of `llm_gateway_upstream_errors_total`. */
  cause: string | null,
  /** What three of them in a row do to the breaker. */
  breaker: 'opens' | 'closed',
];

const unavailable = [503, 'service_unavailable', 'upstream_error'] as const;
const failed = [502, 'upstream_error', 'upstream_error'] as const;
const brokenStream = [200, 'upstream_error', 'upstream_error'] as const;
const late = [504, 'timeout', 'timeout'] as const;
const complete = [200, 'complete', 'ok'] as const;

const rows: readonly Row[] = [
  ['is gone', 'stream', ...unavailable, 'connect', 'opens'],
  ['is gone', 'plain', ...unavailable, 'connect', 'opens'],
  ['is gone', 'embed', ...unavailable, 'connect', 'opens'],
  ['is silent', 'stream', ...unavailable, 'silence', 'opens'],
  ['is silent', 'plain', ...unavailable, 'silence', 'opens'],
  ['is silent', 'embed', ...unavailable, 'silence', 'opens'],
  ['answers after a while', 'stream', ...complete, null, 'closed'],
  ['answers after a while', 'plain', ...complete, null, 'closed'],
  ['answers after a while', 'embed', ...complete, null, 'closed'],
  ['answers too late', 'stream', ...late, 'first_token', 'closed'],
  ['answers too late', 'plain', ...late, 'first_token', 'closed'],
  ['answers too late', 'embed', ...late, 'first_token', 'closed'],
  ['answers too late, after a comment', 'stream', 200, 'timeout', 'timeout', 'first_token', 'closed'],
  ['answers 500', 'stream', ...failed, 'status_5xx', 'opens'],
  ['answers 500', 'plain', ...failed, 'status_5xx', 'opens'],
  ['answers 500', 'embed', ...failed, 'status_5xx', 'opens'],
  ['is busy', 'stream', 503, 'queue_full', 'rejected', 'busy', 'closed'],
  ['is busy', 'plain', 503, 'queue_full', 'rejected', 'busy', 'closed'],
  ['is busy', 'embed', 503, 'queue_full', 'rejected', 'busy', 'closed'],
  ['lost the model', 'stream', 404, 'model_not_found', 'client_error', 'status_4xx', 'closed'],
  ['lost the model', 'plain', 404, 'model_not_found', 'client_error', 'status_4xx', 'closed'],
  ['lost the model', 'embed', 404, 'model_not_found', 'client_error', 'status_4xx', 'closed'],
  ['cuts before its headers', 'stream', ...failed, 'reset', 'opens'],
  ['cuts before its headers', 'plain', ...failed, 'reset', 'opens'],
  ['cuts before its headers', 'embed', ...failed, 'reset', 'opens'],
  ['cannot load the model', 'stream', ...unavailable, 'load', 'closed'],
  ['cannot load the model', 'plain', ...unavailable, 'load', 'closed'],
  ['dies while it loads', 'stream', ...failed, 'reset', 'opens'],
  ['dies while it loads', 'plain', ...failed, 'reset', 'opens'],
  ['dies while it loads', 'embed', ...failed, 'reset', 'opens'],
  ['stops speaking', 'stream', 200, 'timeout', 'timeout', 'stall', 'opens'],
  ['stops speaking', 'plain', ...late, 'stall', 'opens'],
  ['reports an error in the middle', 'stream', ...brokenStream, 'error_record', 'opens'],
  ['reports an error in the middle', 'plain', ...failed, 'error_record', 'opens'],
  ['ends without its last record', 'stream', ...complete, 'incomplete', 'closed'],
  ['ends without its last record', 'plain', ...complete, 'incomplete', 'closed'],
  ['sends a line that is no JSON', 'stream', ...brokenStream, 'malformed', 'opens'],
  ['sends a line that is no JSON', 'plain', ...failed, 'malformed', 'opens'],
  ['sends a line that is no JSON', 'embed', ...failed, 'malformed', 'opens'],
  ['ends inside a character', 'stream', ...brokenStream, 'malformed', 'opens'],
  ['ends inside a character', 'plain', ...failed, 'malformed', 'opens'],
  ['cuts in the middle', 'stream', ...brokenStream, 'reset', 'opens'],
  ['cuts in the middle', 'plain', ...failed, 'reset', 'opens'],
  ['sends a line of a megabyte', 'stream', ...complete, null, 'closed'],
  ['sends a line of a megabyte', 'plain', ...complete, null, 'closed'],
];

test.each(rows)('Ollama %s, %s: %i %s, %s, cause %s, breaker %s', async (name, call, ...expected) => {
  const [status, end, outcome, cause, breaker] = expected;
  const { fault, ollama, config }: Situation = situations[name];
  const rig = await startRig({ config: { ...quick, ...config }, ollama: ollama ?? {}, input: { clock: unprobed } });
  await ready(rig, ollama?.loaded === undefined);
  rig.ollama.fault = fault;
  const before = (await rig.audit(0)).length;

  expect(await ask(rig, call)).toEqual({ status, end });
  expect(await causes(rig)).toEqual(cause === null ? {} : { [cause]: 1 });
  // One after the other: callers of one cold load share its failure.
  if (ollama?.loaded) for (const _ of [2, 3]) await ask(rig, call);
  else await Promise.all([ask(rig, call), ask(rig, call)]);

  const lines = (await rig.audit(before + 3)).slice(before);
  const error = end === 'complete' ? null : end;
  expect(lines).toMatchObject([1, 2, 3].map(() => ({ type: 'audit', status, outcome, error, aborted: false })));
  // Which failure it was, where it ended the request.
  if (error !== null) expect(lines[0]?.upstream_failure?.split(':')[0]).toBe(cause);
  expect(/breaker_state\{[^}]*\} 0\n/.test(await rig.metrics()) ? 'closed' : 'opens').toBe(breaker);
});

/** An open breaker stays open, so that its state can be read at leisure. */
const unprobed: Clock = {
  ...systemClock,
  after: (ms, task, options) => (ms === probeEveryMs ? () => {} : systemClock.after(ms, task, options)),
};

/** The gateway knows the models, and that the model is in memory or not: the fault is what it does not know. */
async function ready({ chat, ollama }: Rig, resident: boolean): Promise<void> {
  if (resident) await (await chat()).text();
  else await vi.waitUntil(() => ollama.requests.some(({ path }) => path === '/api/ps'));
}

async function ask({ chat, gateway }: Rig, call: Row[1]): Promise<{ status: number; end: string }> {
  const reply = call === 'embed' ? await embed(gateway.address) : await chat({ stream: call === 'stream' });
  const { status } = reply;
  const text = await reply.text();
  if (call !== 'stream' || status !== 200) return { status, end: endOf(JSON.parse(text)) };
  const last = events(text).at(-1);
  return { status, end: last === '[DONE]' ? 'complete' : endOf(last as Reply) };
}

interface Reply {
  readonly error?: { readonly code: string };
  readonly choices?: readonly unknown[];
  readonly data?: readonly unknown[];
}

/** The code of an error; `complete` for an answer with something in it. */
function endOf({ error, choices, data }: Reply): string {
  if (error) return error.code;
  return (choices ?? data ?? []).length > 0 ? 'complete' : 'empty';
}

function embed(address: string): Promise<Response> {
  return fetch(`${address}/v1/embeddings`, {
    method: 'POST',
    headers: { 'x-api-key': key },
    body: JSON.stringify({ model: 'qwen3:32b', input: 'hi' }),
  });
}

/** The failures that were counted so far, by cause. */
async function causes({ metrics }: Rig): Promise<Record<string, number>> {
  const found = (await metrics()).matchAll(/upstream_errors_total\{[^}]*cause="(\w+)"[^}]*\} (\d+)/g);
  const counts = [...found].map(([, cause = '', count]) => [cause, Number(count)] as const);
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}
