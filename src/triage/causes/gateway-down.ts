import type { LogRecord } from '../../logs/record.ts';
import { type Cause, says } from '../cause.ts';
import { refusedAt } from '../refusal.ts';

const silent = /connection refused|no answer within|did not answer watch/i;
/** A client's own words, pasted. */
const refused = new RegExp(
  String.raw`${refusedAt(18_789)}|\bgateway closed \(1006\b|\bRun: (?:openclaw|clawdbot|moltbot) gateway (?:install|start)\b`,
  'i',
);

/** Clawdbot's gateway that does not come up, and what it says when it did. */
const notStarted =
  /\bGateway start blocked: |\bGateway failed to start: (?!.{0,80}\balready )|\bInvalid config at \S{0,200}(?:openclaw|clawdbot|moltbot)/i;
const runs = /^\[(?:ws|agent\/\w+)\] |\blistening on ws:/;

function stillDown(records: readonly LogRecord[]): LogRecord[] {
  const up = records.findLastIndex((record) => says(record, runs));
  return records.slice(up + 1).filter((record) => says(record, notStarted));
}

export default {
  step: 2,
  weight: 'root',
  title: { en: 'The gateway is not running', zh: '网关未运行' },
  explanation: {
    en: "Nothing answers at the gateway's address, so neither Nginx nor Clawdbot can pass a request on.",
    zh: '网关地址无应答,Nginx 与 Clawdbot 都无法转发请求。',
  },
  reads: ['gateway-api', 'ollama-log'],
  match: (records) => [
    ...records.filter((record) => says(record, record.kind === 'gateway-api' ? silent : refused)),
    ...stillDown(records),
  ],
  beats: [
    'upstream-refused',
    'upstream-unreachable',
    'no-live-upstreams',
    'upstream-closed',
    'request-lost',
    'no-request-seen',
  ],
  fix: ['systemctl restart qwen-gateway', 'journalctl -u qwen-gateway -n 50 --no-pager'],
  confirm: ['curl -sv http://127.0.0.1:18789/health', 'ss -ltnp | grep 18789'],
  example: { kind: 'gateway-api', text: 'GET http://127.0.0.1:18789/health failed: connection refused' },
} satisfies Cause;
