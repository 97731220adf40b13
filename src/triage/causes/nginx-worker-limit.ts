import { type Cause, lines } from '../cause.ts';

export default {
  step: 1,
  nearest: true,
  weight: 'root',
  title: { en: 'Nginx has no free connections', zh: 'Nginx 连接数用尽' },
  explanation: {
    en: 'All worker_connections are in use, so new requests are dropped. Long streams each hold two.',
    zh: 'worker_connections 已用完,新请求被丢弃。每个长流占用两个连接。',
  },
  reads: ['nginx-error'],
  match: lines(/worker_connections are not enough|server reached MaxRequestWorkers/i),
  beats: ['upstream-closed', 'upstream-refused'],
  fix: [
    'Set events { worker_connections 8192; } and worker_rlimit_nofile 16384; then: nginx -t && systemctl reload nginx',
  ],
  confirm: ['ss -s', 'nginx -T | grep worker_connections'],
  example: {
    kind: 'nginx-error',
    text: '2014/05/15 08:57:21 [alert] 31914#0: *13546 128 worker_connections are not enough while connecting to upstream, client: 192.0.2.1',
  },
} satisfies Cause;
