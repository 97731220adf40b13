import { type Cause, says } from '../cause.ts';

const buffered = /upstream response is buffered to a temporary file/i;
const chats = /^POST [^"]*(?:completions|\/api\/chat)/i;

export default {
  step: 1,
  nearest: true,
  weight: 'minor',
  title: { en: 'Nginx buffers the stream', zh: 'Nginx 缓冲了流式输出' },
  explanation: {
    en: 'Tokens arrive in lumps because Nginx collects the answer before it passes it on.',
    zh: 'Nginx 先攒够数据再转发,因此文字成块出现。',
  },
  reads: ['nginx-error'],
  match: (records) => records.filter((record) => says(record, buffered) && chats.test(record.nginx?.request ?? '')),
  fix: ['Set proxy_buffering off; in the /v1/ location, then: nginx -t && systemctl reload nginx'],
  confirm: ['nginx -T | grep proxy_buffering'],
  example: {
    kind: 'nginx-error',
    text: '2016/08/08 14:23:23 [warn] 20813#20813: *1 an upstream response is buffered to a temporary file /proxy_temp/3198 while reading upstream, client: 203.0.113.18, server: a, request: "POST /v1/chat/completions HTTP/1.1"',
  },
} satisfies Cause;
