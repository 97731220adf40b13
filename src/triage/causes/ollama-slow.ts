import type { LogRecord } from '../../logs/record.ts';
import { type Cause, generation } from '../cause.ts';
import { openWait, slowSeconds, waitOf } from '../wait.ts';

/** Made by triage of a `started` line when the gateway itself cannot be asked. */
const unfinished = /^request \S+ started at \S+ and has no end line/;

/** Ollama's own log does not tell waiting from a long answer; most answers are not that long, in seconds. */
const longSeconds = 60;

function longChats(records: readonly LogRecord[]): LogRecord[] {
  const chats = records.filter(({ gin }) => gin?.status === 200 && generation.test(gin.path));
  const long = chats.filter(({ gin }) => (gin?.seconds ?? 0) > longSeconds);
  return chats.length >= 3 && long.length * 2 > chats.length ? long : [];
}

export default {
  step: 3,
  weight: 'symptom',
  title: { en: 'Ollama is slow', zh: 'Ollama 响应慢' },
  explanation: {
    en: 'The gateway had to wait more than 3 s for Ollama (its own queue not counted), and no log names a deeper reason: a cold model, a long prompt, a CPU-only run, or too many users.',
    zh: '网关等待 Ollama 超过 3 秒(不含自身排队),日志没有更深的原因:模型未加载、提示词过长、仅用 CPU,或用户过多。',
  },
  reads: ['gateway-log', 'inflight', 'ollama-log'],
  match: (records) => [
    ...records.filter(({ inFlight }) => (openWait(inFlight) ?? 0) > slowSeconds),
    ...records.filter(({ message }) => unfinished.test(message)),
    ...records.filter(({ audit }) => (waitOf(audit) ?? 0) > slowSeconds),
  ],
  hint: longChats,
  beats: ['client-abort'],
  fix: [
    'ollama ps   # CPU in the PROCESSOR column: the model does not fit the GPU',
    'curl -v http://localhost:11434/api/tags',
    'systemctl edit ollama   # [Service] Environment=OLLAMA_KEEP_ALIVE=24h',
  ],
  confirm: ['ollama run qwen3:32b --verbose "hi"', 'nvidia-smi'],
  example: {
    kind: 'gateway-log',
    text: '{"type":"audit","time":"2026-11-24T08:00:00Z","request_id":"a","outcome":"ok","status":200,"stream":true,"ttft":8.2,"queue_time":0.1,"response_time":12}',
  },
} satisfies Cause;
