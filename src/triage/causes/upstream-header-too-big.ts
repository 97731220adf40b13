import { type Cause, lines } from '../cause.ts';

export default {
  step: 2,
  nearest: true,
  weight: 'root',
  title: { en: "The answer's header is too big for Nginx", zh: '应答头过大' },
  explanation: {
    en: 'Nginx dropped an answer because its header does not fit the buffer.',
    zh: '应答头超出缓冲区,被 Nginx 丢弃。',
  },
  reads: ['nginx-error'],
  match: lines(/upstream sent too big header/i),
  fix: ['Set proxy_buffer_size 16k; then: nginx -t && systemctl reload nginx'],
  confirm: ['nginx -T | grep proxy_buffer_size'],
  example: {
    kind: 'nginx-error',
    text: '2023/01/10 10:00:00 [error] 12#12: *1 upstream sent too big header while reading response header from upstream, client: 192.0.2.1',
  },
} satisfies Cause;
