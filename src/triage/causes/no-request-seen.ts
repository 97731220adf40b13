import type { LogRecord } from '../../logs/record.ts';
import { type Cause, lines, says } from '../cause.ts';

const absent = lines(/^no request reached Nginx/);

/** What tunnels say of their way to whoever asks; they try again. */
const noTunnel =
  /Unable to establish connection with Cloudflare edge|Register tunnel error from server side|Unauthorized: Tunnel not found|No ingress rules were defined|Tailscale is stopped/;
const tunnel = /Registered tunnel connection|Connection \S{1,60} registered/;

function tunnelDown(records: readonly LogRecord[]): LogRecord[] {
  const up = records.findLastIndex((record) => says(record, tunnel));
  return records.slice(up + 1).filter((record) => says(record, noTunnel));
}

export default {
  step: 1,
  weight: 'symptom',
  title: { en: 'No request arrived', zh: '没有收到请求' },
  explanation: {
    en: "In this window nothing of the user arrived at Nginx, and nothing is open now. The fault lies before Nginx: DNS, firewall, the user's network, or a page that was never loaded.",
    zh: '该时间段内 Nginx 没有收到该用户的请求,目前也没有打开的请求。问题在 Nginx 之前:DNS、防火墙、用户网络,或页面根本没打开。',
  },
  reads: ['absence', 'nginx-error'],
  match: (records) => [...absent(records), ...tunnelDown(records)],
  fix: [
    'ufw status || nft list ruleset',
    'nginx -T | grep -E "server_name|listen"',
    'systemctl status cloudflared tailscaled   # where a tunnel brings the requests',
    'Ask the user for the address bar and the time; try the site from a phone.',
  ],
  confirm: ['curl -sv https://ai.yourcompany.com/ -o /dev/null', 'dig +short ai.yourcompany.com'],
  example: { kind: 'absence', text: 'no request reached Nginx between 15:00 and 15:15, and none is open' },
} satisfies Cause;
