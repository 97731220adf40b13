import type { AuditLine } from '../../audit-line.ts';
import type { Cause } from '../cause.ts';
import { openWait, slowSeconds, waitOf } from '../wait.ts';

/** Whether the load was most of what the request waited for. */
function waitedForLoad(audit: AuditLine | undefined): boolean {
  const wait = waitOf(audit) ?? 0;
  return wait > slowSeconds && (audit?.load_time ?? 0) > wait / 2;
}

export default {
  step: 3,
  weight: 'symptom',
  title: { en: 'The model had to be loaded first', zh: '需要先加载模型' },
  explanation: {
    en: 'The model was not in memory: OLLAMA_KEEP_ALIVE had passed, another model took its place, someone unloaded it, or Ollama was restarted. The request waited until it was loaded.',
    zh: '模型不在内存中:OLLAMA_KEEP_ALIVE 已到期、被其他模型挤出、被人卸载,或 Ollama 重启过。请求一直等到加载完成。',
  },
  reads: ['gateway-log', 'inflight'],
  match: (records) => [
    ...records.filter(({ inFlight }) => inFlight?.phase === 'load' && (openWait(inFlight) ?? 0) > slowSeconds),
    ...records.filter(({ audit }) => waitedForLoad(audit)),
  ],
  beats: ['ollama-slow', 'client-abort', 'upstream-timeout'],
  fix: [
    'ollama ps   # UNTIL says when a model leaves',
    'systemctl edit ollama   # [Service] Environment=OLLAMA_KEEP_ALIVE=24h',
    'systemctl edit ollama   # where models take turns: [Service] Environment=OLLAMA_MAX_LOADED_MODELS=2',
  ],
  confirm: ["journalctl -u ollama --since -1h | grep -E 'started in|unload|starting (runner|llama-server)'"],
  example: {
    kind: 'gateway-log',
    text: '{"type":"audit","time":"2026-11-24T08:00:00Z","request_id":"a","outcome":"ok","status":200,"stream":true,"ttft":14.2,"queue_time":0,"load_time":13.1,"response_time":16}',
  },
} satisfies Cause;
