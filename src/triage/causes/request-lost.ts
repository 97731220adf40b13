import { type Cause, lines } from '../cause.ts';

export default {
  step: 2,
  weight: 'symptom',
  title: { en: 'The request was lost before the gateway', zh: '请求在到达网关前丢失' },
  explanation: {
    en: 'The request arrived at Nginx or at Clawdbot, but the running gateway never saw it: wrong address or port in proxy_pass or api_base, a firewall in between, or the whitelist.',
    zh: '请求到达了 Nginx 或 Clawdbot,但运行中的网关从未收到:proxy_pass 或 api_base 的地址端口错误、中间有防火墙,或白名单拦截。',
  },
  reads: ['absence'],
  match: lines(/^no request reached the gateway/),
  fix: [
    'nginx -T | grep proxy_pass',
    'grep -rn api_base ~/.clawdbot /etc/clawdbot 2>/dev/null',
    'ops config print | grep -A3 -E "listen|whitelist"',
  ],
  confirm: ['curl -sv http://127.0.0.1:18789/health', 'curl -s http://127.0.0.1:9464/inflight'],
  example: { kind: 'absence', text: 'no request reached the gateway between 15:00 and 15:15, and none is open' },
} satisfies Cause;
