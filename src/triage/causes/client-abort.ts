import type { AuditLine } from '../../audit-line.ts';
import type { LogRecord } from '../../logs/record.ts';
import { type Cause, says } from '../cause.ts';
import { ended, otherProxies } from '../other-proxies.ts';

const left = new RegExp(
  String.raw`aborting (?:completion|embedding) request|client prematurely closed connection(?:, so upstream| \(\d)|client connection closed|context canceled|write tcp \S{0,60}:11434->\S{1,60}: (?:write: |wsasend: )?(?:broken pipe|connection reset|An (?:existing|established) connection)|${otherProxies.clientLeft}`,
  'i',
);

/** What clients say when their own time is over; of the registry that serves models it says nothing. */
const ownTimeout =
  /Read timed out\. \(read timeout=|\b(?:httpx\.|httpcore\.)?ReadTimeout\b|\bAPITimeoutError\b|LLM request timed out|embedded run timeout: |\bProfile \S{1,80} timed out\b|UND_ERR_(?:HEADERS|BODY)_TIMEOUT|Client\.Timeout (?:exceeded|or context cancellation) while|curl: \(28\) Operation timed out after|timed out (?:after \d{1,6} ?s|waiting for http)|timeout of \d{1,9}ms exceeded|HttpTimeoutException|\basyncio\.(?:exceptions\.)?TimeoutError|\bTimeout passed=\d/;
const elsewhere = /registry|huggingface|\bhf\.co\b|github|ollama\.com|\/v2\/|cloudflarestorage/;

/** A server fault takes any time; a caller's timeout is a round number of seconds. */
const isRound = (seconds: number) => seconds >= 3 && seconds - Math.floor(seconds) < 0.02;

/** Who leaves sooner has changed his mind, and was not waiting. */
const isLong = ({ response_time }: AuditLine) => (response_time ?? 0) >= 3;

/** Those whom Nginx saw leave; where more requests failed, callers who left are not what is wrong. */
function whoLeftNginx(records: readonly LogRecord[]): LogRecord[] {
  const withStatus = (status: number) => records.filter(({ access }) => access?.status === status);
  const left = withStatus(499);
  return withStatus(500).length > left.length ? [] : left;
}

export default {
  step: 3,
  weight: 'symptom',
  title: { en: 'The caller gave up waiting', zh: '调用方放弃等待' },
  explanation: {
    en: 'A browser, a proxy or a program closed the connection before the answer was complete. Then the question is why it was slow.',
    zh: '浏览器、代理或程序在应答完成前断开。接下来要问为什么慢。',
  },
  reads: ['ollama-log', 'nginx-access', 'nginx-error', 'gateway-log'],
  match: (records) => [
    ...records.filter((record) => says(record, left) || (says(record, ownTimeout) && !says(record, elsewhere))),
    ...records.filter(({ gin }) => gin?.status === 499),
    ...whoLeftNginx(records),
    ...ended(records, 'client-left'),
    ...records.filter(({ gin }) => gin?.status === 500 && isRound(gin.seconds)),
    ...records.filter(({ audit }) => audit?.type === 'audit' && audit.aborted && !audit.probe && isLong(audit)),
  ],
  fix: ['ollama ps', "Raise the caller's timeout above the time of a cold load."],
  confirm: ['journalctl -u ollama -n 300 --no-pager'],
  example: {
    kind: 'ollama-log',
    text: 'time=2026-11-23T03:03:17.617Z level=INFO source=llama_server.go:1538 msg="aborting completion request due to client closing the connection"',
  },
} satisfies Cause;
