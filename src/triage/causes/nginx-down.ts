import { type Cause, lines } from '../cause.ts';

export default {
  step: 1,
  weight: 'root',
  title: { en: 'Nginx is not running', zh: 'Nginx 未运行' },
  explanation: {
    en: 'Nothing listens on the web ports, so no browser can connect.',
    zh: '网站端口无人监听,浏览器无法连接。',
  },
  reads: ['sockets', 'nginx-probe'],
  match: lines(/nginx does not listen|connection refused|did not answer watch/i),
  beats: ['no-request-seen', 'request-lost'],
  fix: ['nginx -t && systemctl start nginx'],
  confirm: ['systemctl status nginx --no-pager', 'ss -ltn | grep -E ":(80|443) "'],
  example: { kind: 'sockets', text: 'nginx does not listen: nothing on port 80 or 443' },
} satisfies Cause;
