import type { LogRecord } from '../../logs/record.ts';
import { type Cause, says } from '../cause.ts';
import { errno } from '../nginx-errno.ts';

const cycle = /rewrite or internal redirection cycle|attempted to proxy to self/i;

/** Nginx's own ports on this machine. */
const itself = /^https?:\/\/(?:127\.0\.0\.1|localhost|\[::1\]):(?:80|443)\//;

/** Where nobody listens a request cannot come back. */
const refused = new RegExp(errno('refused'));

const goesRound = ({ nginx, message }: LogRecord) => itself.test(nginx?.upstream ?? '') && !refused.test(message);

export default {
  step: 1,
  nearest: true,
  weight: 'root',
  title: { en: 'Nginx proxies to itself', zh: 'Nginx 代理到了自己' },
  explanation: {
    en: 'proxy_pass points back at Nginx, so a request runs in a circle and fails at once.',
    zh: 'proxy_pass 指回 Nginx 自身,请求循环后立即失败。',
  },
  reads: ['nginx-error'],
  match: (records) => records.filter((record) => says(record, cycle) || goesRound(record)),
  fix: ['Point proxy_pass at the gateway, http://127.0.0.1:18789, then: nginx -t && systemctl reload nginx'],
  confirm: ['nginx -T | grep proxy_pass'],
  example: {
    kind: 'nginx-error',
    text: '2023/01/10 10:00:00 [error] 12#12: *1 rewrite or internal redirection cycle while internally redirecting to "/index.html", client: 192.0.2.1',
  },
} satisfies Cause;
