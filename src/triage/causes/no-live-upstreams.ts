import { type Cause, lines } from '../cause.ts';
import { ended, otherProxies } from '../other-proxies.ts';

const none = lines(
  new RegExp(
    String.raw`no live upstreams while connecting|${otherProxies.noServer}|Service "\S{0,80}(?:gateway|clawdbot|ollama|webui|chat)\S{0,80}" does not have any active Endpoint`,
    'i',
  ),
);

export default {
  step: 2,
  weight: 'root',
  title: { en: 'Nginx has given up on every gateway for now', zh: 'Nginx 暂时放弃了所有网关' },
  explanation: {
    en: 'Each gateway failed shortly before, so Nginx does not even try. An earlier refused or timed-out line is the reason.',
    zh: '每个网关刚刚都失败过,Nginx 不再尝试。原因在更早的 refused 或 timed out 行。',
  },
  reads: ['nginx-error'],
  match: (records) => [...none(records), ...ended(records, 'no-server')],
  beats: ['request-lost'],
  fix: ['systemctl restart qwen-gateway', 'grep -E "refused|timed out" /var/log/nginx/error.log | tail'],
  confirm: ['curl -sv http://127.0.0.1:18789/health'],
  example: {
    kind: 'nginx-error',
    text: '2019/03/23 01:05:37 [error] 6#6: *2 no live upstreams while connecting to upstream, client: 192.168.96.1',
  },
} satisfies Cause;
