import type { LogRecord } from '../../logs/record.ts';
import { type Cause, generation, lines } from '../cause.ts';
import { openWait, slowSeconds } from '../wait.ts';

/** Requests that began within this many seconds came together, and of more than these the first are looked at. */
const togetherSeconds = 2;
const mostTogether = 100;

/** Requests that came together and ended one after another: their durations rise like a staircase. */
function staircase(records: readonly LogRecord[]): LogRecord[] {
  const served = records
    .filter(({ gin, at }) => gin?.status === 200 && generation.test(gin.path) && at !== undefined)
    .map((record, order) => ({ record, order, start: (record.at ?? 0) / 1000 - (record.gin?.seconds ?? 0) }))
    .sort((a, b) => a.start - b.start);
  let from = 0;
  for (const { start } of served) {
    while ((served[from]?.start ?? start) < start - togetherSeconds) from += 1;
    const together = served.slice(from, from + mostTogether).filter((other) => other.start <= start + togetherSeconds);
    const steps = together.sort((a, b) => a.order - b.order).map(({ record }) => record);
    if (isStaircase(steps.map(({ gin }) => gin?.seconds ?? 0))) return steps.reverse();
  }
  return [];
}

function isStaircase(seconds: readonly number[]): boolean {
  const longest = seconds.at(-1) ?? 0;
  if (seconds.length < 4 || longest <= slowSeconds || longest <= 3 * (seconds[0] ?? 0)) return false;
  // One that is far higher than the one before had something else to wait for, such as a model that was loaded.
  if (longest > 2 * (seconds.at(-2) ?? 0)) return false;
  return seconds.every((value, at) => at === 0 || value >= (seconds[at - 1] ?? 0));
}

/** Open requests whose model is busy with the answer of another: they wait for its slot. */
function behindAnother(records: readonly LogRecord[]): LogRecord[] {
  const open = records.flatMap(({ inFlight }) => inFlight ?? []);
  return records.filter(
    ({ inFlight }) =>
      (openWait(inFlight) ?? 0) > slowSeconds &&
      open.some((other) => other.phase === 'decode' && other.model === inFlight?.model && other.age > inFlight?.age),
  );
}

/** Clawdbot's: a chat behind another of its session. */
const inLane = lines(/\blane wait exceeded: /);

export default {
  step: 3,
  weight: 'symptom',
  title: { en: 'Requests wait for a free slot', zh: '请求在排队等待' },
  explanation: {
    en: 'Every request succeeds but waits for the ones before it: more people chat than OLLAMA_NUM_PARALLEL serves at once.',
    zh: '请求都会成功,但要等前面的完成:同时聊天的人数超过 OLLAMA_NUM_PARALLEL。',
  },
  reads: ['ollama-log', 'inflight', 'gateway-log'],
  match: (records) => [
    ...records.filter(({ inFlight }) => inFlight?.phase === 'queue' && inFlight.phase_age > slowSeconds),
    ...behindAnother(records),
    ...records.filter(({ audit }) => (audit?.queue_time ?? 0) > slowSeconds),
    ...staircase(records),
    ...inLane(records),
  ],
  beats: ['ollama-slow'],
  fix: ['systemctl edit ollama   # [Service] Environment=OLLAMA_NUM_PARALLEL=4', 'systemctl restart ollama'],
  confirm: ['curl -s http://127.0.0.1:9464/inflight', 'ollama ps'],
  example: {
    kind: 'gateway-log',
    text: '{"type":"audit","time":"2026-11-24T08:00:00Z","request_id":"a","outcome":"ok","status":200,"queue_time":9.5,"response_time":11}',
  },
} satisfies Cause;
