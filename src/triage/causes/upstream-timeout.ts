import { type Cause, nginxPages, says } from '../cause.ts';
import { ended, otherProxies } from '../other-proxies.ts';

/** The second is the page that Nginx answers with, as a caller quotes it. */
const timedOut = new RegExp(
  String.raw`upstream timed out|504 Gateway Time-?out|http finalize request: 504\b|${otherProxies.timeout}`,
  'i',
);
/** A time that ends before the way is open says nothing of the model. */
const onTheWay = /while (?:connecting|SSL handshaking) to upstream/i;

export default {
  step: 3,
  weight: 'symptom',
  title: { en: 'Nginx waited for the answer in vain', zh: 'Nginx 等待应答超时' },
  explanation: {
    en: 'The path works but the model did not answer within proxy_read_timeout: it is slow, loading, or stuck.',
    zh: '链路正常,但模型在 proxy_read_timeout 内没有应答:过慢、正在加载或卡住。',
  },
  reads: ['nginx-error', 'nginx-access', 'gateway-log'],
  match: (records) => [
    ...records.filter((record) => says(record, timedOut) && !says(record, onTheWay)),
    ...ended(records, 'timeout'),
    ...nginxPages(records, 504),
  ],
  // Of any size: the gateway's own, or a log without sizes.
  hint: (records) => records.filter(({ access }) => access?.status === 504),
  beats: ['client-abort', 'upstream-refused'],
  fix: ['ollama ps', 'Set proxy_read_timeout 300s; in the /v1/ location, then: nginx -t && systemctl reload nginx'],
  confirm: ['curl -s http://localhost:11434/api/ps', 'journalctl -u ollama -n 300 --no-pager'],
  example: {
    kind: 'nginx-error',
    text: '2023/01/10 10:00:00 [error] 12#12: *1 upstream timed out (110: Connection timed out) while reading response header from upstream, client: 192.0.2.1',
  },
} satisfies Cause;
