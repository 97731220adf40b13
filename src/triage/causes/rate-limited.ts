import { type Cause, lines, nginxPages } from '../cause.ts';
import { ended } from '../other-proxies.ts';

const limiting = lines(
  /^(?:nginx: )?(?:.{0,60}\] )?(?:\d+#\d+: )?(?:\*\d+ )?limiting (?:requests|connections)/i,
  /dry run/i,
);

export default {
  step: 1,
  nearest: true,
  weight: 'root',
  title: { en: 'Nginx limits this client', zh: 'Nginx 对该客户端限流' },
  explanation: {
    en: 'Nginx refused requests because one address sent too many. "delaying request" only slows them.',
    zh: '某个地址请求过多,被 Nginx 拒绝。“delaying request” 只是变慢。',
  },
  reads: ['nginx-error', 'nginx-access', 'gateway-log'],
  match: (records) => [...limiting(records), ...nginxPages(records, 429), ...ended(records, 'limited')],
  fix: ['Raise rate or burst of the limit_req zone that the line names, then: nginx -t && systemctl reload nginx'],
  confirm: ['nginx -T | grep -E "limit_(req|conn)"'],
  example: {
    kind: 'nginx-error',
    text: '2015/10/29 19:24:05 [error] 12684#12684: *22174 limiting requests, excess: 1.495 by zone "one", client: 192.0.2.0, server: example.com, request: "GET /index.php HTTP/1.1"',
  },
} satisfies Cause;
