import { type Cause, says } from '../cause.ts';

/** Clawdbot's words, at either end of its WebSocket and over HTTP. */
const turnedAway = new RegExp(
  [
    String.raw`\[ws\] unauthorized\b|\bgateway (?:closed \(1008\)|connect failed: \w*Error): unauthorized`,
    String.raw`\b401\b.{0,60}\binvalid api key|LLM request rate limited|rate limit exceeded, retry in \d`,
    String.raw`\bNo API key found for provider|\bgateway (?:token|password) (?:missing|mismatch)\b|\bAPI rate limit reached\. `,
  ].join('|'),
  'i',
);

export default {
  step: 2,
  weight: 'symptom',
  title: { en: 'The gateway refused the caller', zh: '网关拒绝了调用方' },
  explanation: {
    en: 'The request arrived and was refused by a rule: a wrong key, too many requests, or a prompt that is too long. The error field names it.',
    zh: '请求已到达但被规则拒绝:密钥错误、请求过多或提示词过长。error 字段说明了原因。',
  },
  reads: ['gateway-log'],
  match(records) {
    const finished = records.filter(({ audit }) => audit?.type === 'audit' && !audit.probe);
    const refused = finished.filter(
      ({ audit }) => audit?.outcome === 'rejected' || (audit?.outcome === 'client_error' && audit.status !== 404),
    );
    const told = records.filter((record) => says(record, turnedAway));
    if (told.length > 0) return told;
    // A scanner with a wrong key beside chats that are served is daily life, not a stuck chat.
    return refused.length * 2 >= finished.length ? refused : [];
  },
  fix: [
    'grep -E \'"status":(400|401|413|429)\' /var/log/qwen-gateway.log | tail -n 5',
    'ops config print | grep -A4 -E "rate_limit|auth|limits"',
  ],
  confirm: ['tail -n 20 /var/log/qwen-gateway.log'],
  example: {
    kind: 'gateway-log',
    text: '{"type":"audit","time":"2026-11-24T08:00:00Z","request_id":"a","outcome":"rejected","status":429,"error":"rate_limit_exceeded"}',
  },
} satisfies Cause;
