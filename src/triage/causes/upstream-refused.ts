import { type Cause, lines, nginxPages, says } from '../cause.ts';
import { errno } from '../nginx-errno.ts';
import { ended, otherProxies } from '../other-proxies.ts';

/** The end of the line can be cut. */
const refused = new RegExp(
  String.raw`connect\(\)(?: to \S{1,200})? failed ${errno('refused')}(?!.{0,200}while (?:resolving|logging))|failed ${errno('refused')}[^)]{0,120}\) while connecting to upstream`,
  'i',
);

/** A refusal at a port of ours is a cause of its own. */
const refusedElsewhere = lines(new RegExp(otherProxies.refused, 'i'), /:(?:11434|18789)\b/);

/** A 502 has many reasons, and the error log tells which. */
const otherReason =
  /no live upstreams|could not be resolved|host not found in|no resolver defined|\(99: |\(28: |\[emerg\]|upstream (?:prematurely|timed out|sent)|while (?:reading|sending|SSL handshaking)[\w ]{0,40} upstream/i;

/** Nginx answered our own request itself; the second is the page of the shipped site. */
const probeFailed = / (?:502|503 \(gateway_unavailable\)) in \d+ ms$/;

export default {
  step: 2,
  weight: 'root',
  title: { en: "The gateway refuses Nginx's connections", zh: '网关拒绝了 Nginx 的连接' },
  explanation: {
    en: "Nginx received the request but nothing listens at the gateway's address, so it answered 502 at once.",
    zh: 'Nginx 收到了请求,但网关地址无人监听,因此立即返回 502。',
  },
  reads: ['nginx-error', 'nginx-access', 'gateway-log', 'nginx-probe'],
  match: (records) => [
    ...records.filter((record) => says(record, refused)),
    ...refusedElsewhere(records),
    ...ended(records, 'refused'),
    ...(records.some((record) => says(record, otherReason)) ? [] : nginxPages(records, 502)),
    ...records.filter(({ kind, message }) => kind === 'nginx-probe' && probeFailed.test(message)),
  ],
  beats: ['no-live-upstreams', 'request-lost', 'client-abort'],
  fix: ['systemctl restart qwen-gateway', 'journalctl -u qwen-gateway -n 50 --no-pager'],
  confirm: ['ss -ltnp | grep 18789', 'curl -sv http://127.0.0.1:18789/health'],
  example: {
    kind: 'nginx-error',
    text: '2020/11/25 16:02:45 [error] 76952#76952: *5645766 connect() failed (111: Connection refused) while connecting to upstream, client: 203.0.113.32',
  },
} satisfies Cause;
