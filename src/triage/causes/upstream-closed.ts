import { type Cause, lines } from '../cause.ts';
import { errno } from '../nginx-errno.ts';
import { ended, otherProxies } from '../other-proxies.ts';

const hungUp = lines(
  new RegExp(
    String.raw`upstream (?:prematurely closed connection|sent (?!too big))|(?:recv|readv|send|writev|sendfile)\w*\(\) failed ${errno('reset')}[^)]{0,120}\) while (?:reading|sending)(?: \w+){0,4} upstream|${otherProxies.closed}`,
    'i',
  ),
  /, ignoring/,
);

/** Of a page's own connection, beside which chats are asked for; what a caller does to it has a lower level. */
const page = lines(
  new RegExp(String.raw`recv\(\) failed ${errno('reset')}[^)]{0,120}\) while proxying upgraded`),
  /\[info\] /,
);

export default {
  step: 2,
  weight: 'root',
  title: { en: 'The gateway closed the connection before an answer', zh: '网关在应答前关闭了连接' },
  explanation: {
    en: 'Nginx reached the gateway, which then hung up: it crashed, was restarted, or resets peers outside its whitelist.',
    zh: 'Nginx 连上了网关,但对方随即断开:崩溃、重启,或白名单拒绝。',
  },
  reads: ['nginx-error'],
  match: (records) => [...hungUp(records), ...ended(records, 'closed')],
  hint: page,
  beats: ['upstream-refused', 'request-lost'],
  fix: ['journalctl -u qwen-gateway -n 50 --no-pager', 'ops config print | grep -A3 whitelist'],
  confirm: ['curl -sv http://127.0.0.1:18789/health'],
  example: {
    kind: 'nginx-error',
    text: '2016/10/16 01:36:34 [error] 26844#0: *7 upstream prematurely closed connection while reading response header from upstream, client: 192.168.1.1',
  },
} satisfies Cause;
