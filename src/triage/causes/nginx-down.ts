import { isLog } from '../../logs/record.ts';
import { type Cause, says } from '../cause.ts';

export default {
  step: 1,
  weight: 'root',
  title: { en: 'Nginx is not running', zh: 'Nginx 未运行' },
  explanation: {
    en: 'Nothing listens on the web ports, or another program has them so that Nginx cannot start: no browser can connect.',
    zh: '网站端口无人监听,或被其他程序占用导致 Nginx 无法启动,浏览器无法连接。',
  },
  reads: ['sockets', 'nginx-probe', 'nginx-error'],
  match: (records) =>
    records.filter((record) =>
      isLog(record.kind)
        ? says(
            record,
            /\bbind\(\) to \S{1,100} failed|still could not bind\(\)|open\(\) "\S{0,200}nginx\.pid" failed|invalid PID number|\[emerg\] (?:unknown|invalid|unexpected|duplicate|directive)\b|configuration file \S{1,200} test failed/,
          )
        : says(record, /nginx does not listen|connection refused|did not answer watch/i),
    ),
  beats: ['no-request-seen', 'request-lost'],
  fix: ['nginx -t && systemctl start nginx'],
  confirm: ['systemctl status nginx --no-pager', 'ss -ltn | grep -E ":(80|443) "'],
  example: { kind: 'sockets', text: 'nginx does not listen: nothing on port 80 or 443' },
} satisfies Cause;
