import { type Cause, lines } from '../cause.ts';
import { errno } from '../nginx-errno.ts';

export default {
  step: 2,
  nearest: true,
  weight: 'root',
  title: { en: 'No local ports are left', zh: '本地端口耗尽' },
  explanation: {
    en: 'Nginx opens a new connection per request and ran out of local ports: a mix of 502 and 504.',
    zh: 'Nginx 为每个请求新建连接,本地端口耗尽,502 与 504 混杂出现。',
  },
  reads: ['nginx-error'],
  match: lines(
    new RegExp(
      String.raw`connect\(\)(?! to \[::1\]).{0,200} failed ${errno('noAddress')}|bind\(\S{1,60}\) failed \(\d+: [^)]{0,120}\) while connecting to upstream`,
      'i',
    ),
  ),
  hint: lines(/connect\w{0,3}\b.{0,60}(?:Cannot assign requested address|EADDRNOTAVAIL)/i),
  fix: [
    'Set keepalive 64; in the upstream block with proxy_http_version 1.1 and proxy_set_header Connection ""',
    'sysctl -w net.ipv4.ip_local_port_range="10240 65535"',
  ],
  confirm: ['ss -s'],
  example: {
    kind: 'nginx-error',
    text: '2023/01/10 10:00:00 [crit] 12#12: *1 connect() to 127.0.0.1:18789 failed (99: Cannot assign requested address) while connecting to upstream',
  },
} satisfies Cause;
