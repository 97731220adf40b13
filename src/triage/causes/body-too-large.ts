import type { Cause } from '../cause.ts';

const tooLarge = /client intended to send too large ?(?:chunked )?body\b|\b413 Request Entity Too Large/i;

export default {
  step: 1,
  nearest: true,
  weight: 'root',
  title: { en: 'Nginx refused a request as too large', zh: '请求过大,被 Nginx 拒绝' },
  explanation: {
    en: 'The request was bigger than client_max_body_size and never reached the gateway.',
    zh: '请求超过 client_max_body_size,未到达网关。',
  },
  reads: ['nginx-error', 'nginx-access'],
  match: (records) => records.filter(({ message, access }) => tooLarge.test(message) || access?.status === 413),
  fix: [
    'Raise client_max_body_size in the server block (20m matches the gateway), then: nginx -t && systemctl reload nginx',
  ],
  confirm: ['nginx -T | grep client_max_body_size'],
  example: { kind: 'nginx-error', text: 'client intended to send too large body: 14680272 bytes' },
} satisfies Cause;
