import { type Cause, lines } from '../cause.ts';
import { errno } from '../nginx-errno.ts';
import { ended, otherProxies } from '../other-proxies.ts';

const noWay = lines(
  new RegExp(
    [
      String.raw`upstream timed out ${errno('timeout')}[^)]{0,160}\) while connecting to upstream`,
      String.raw`connect\(\)(?: to \S{1,200})? failed ${errno('unreachable', 'timeout')}(?!.{0,200}while (?:resolving|logging))`,
      // A container without IPv6 has no such address.
      String.raw`connect\(\) to \[::1\]\S{0,80} failed ${errno('noAddress')}`,
      String.raw`failed ${errno('unreachable', 'timeout')}[^)]{0,120}\) while connecting to upstream`,
      otherProxies.unreachable,
    ].join('|'),
    'i',
  ),
);

export default {
  step: 2,
  weight: 'root',
  title: { en: 'Nginx finds no way to the gateway', zh: 'Nginx 无法到达网关' },
  explanation: {
    en: "Nginx's connections to the gateway are answered by nobody: a firewall drops them (110), the address is wrong or its machine is off (113), or SELinux forbids them (13).",
    zh: 'Nginx 到网关的连接无人应答:被防火墙丢弃(110)、地址错误或主机关机(113),或被 SELinux 禁止(13)。',
  },
  reads: ['nginx-error'],
  match: (records) => [...noWay(records), ...ended(records, 'unreachable')],
  beats: ['no-live-upstreams', 'request-lost', 'client-abort', 'upstream-refused'],
  fix: [
    'nginx -T | grep proxy_pass   # the address of the gateway is 127.0.0.1:18789',
    'ufw status || nft list ruleset',
    'setsebool -P httpd_can_network_connect 1   # where SELinux is on',
  ],
  confirm: ['curl -sv --max-time 5 http://127.0.0.1:18789/health', 'ss -ltn | grep 18789'],
  example: {
    kind: 'nginx-error',
    text: '2023/03/08 16:02:45 [error] 31#31: *569 upstream timed out (110: Operation timed out) while connecting to upstream, client: 203.0.113.25',
  },
} satisfies Cause;
