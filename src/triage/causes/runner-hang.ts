import { type Cause, lines } from '../cause.ts';

export default {
  step: 3,
  weight: 'root',
  title: { en: 'The model does not answer an open request', zh: '模型对进行中的请求没有应答' },
  explanation: {
    en: 'A request has been open for more than a minute without a first token, and no log names an error: the runner hangs or works on a very long prompt.',
    zh: '请求已打开超过一分钟仍无首个 token,日志也没有错误:推理进程卡住,或在处理很长的提示词。',
  },
  reads: ['inflight', 'ollama-log'],
  match: (records) =>
    records.filter(
      ({ inFlight }) => (inFlight?.phase === 'prefill' || inFlight?.phase === 'load') && inFlight.phase_age > 60,
    ),
  // A row of `ollama ps`; a model that works is stopped at once.
  hint: lines(/ [GM]B .{0,20}\d% [CG]PU\b.{0,20} Stopping\.\.\.$/),
  beats: ['hot-queue-wait', 'ollama-slow', 'upstream-timeout'],
  fix: ['ollama ps   # "Stopping…" is the known hang', 'systemctl restart ollama'],
  confirm: ['curl -s http://127.0.0.1:9464/inflight', 'nvidia-smi', 'top -b -n 1 | head -15'],
  example: { kind: 'inflight', text: 'request r1 open for 95 s, prefill for 94 s' },
} satisfies Cause;
