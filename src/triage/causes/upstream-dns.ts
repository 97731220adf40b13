import { type Cause, lines, says } from '../cause.ts';
import { otherProxies } from '../other-proxies.ts';

/** For OCSP stapling Nginx asks the certificate's issuer, which keeps no request waiting. */
const stapling = /while requesting certificate status/;

const unresolved = lines(
  new RegExp(
    String.raw`could not be resolved\b|host not found in (?:upstream|resolver)|no resolver defined to resolve|${otherProxies.unknownHost}`,
    'i',
  ),
  stapling,
);

/** Of a resolver that does not answer; it does not say for whom it was asked. */
const resolving = lines(/while resolving, /i);

export default {
  step: 2,
  nearest: true,
  weight: 'root',
  title: { en: "Nginx cannot resolve the gateway's name", zh: 'Nginx 无法解析网关域名' },
  explanation: { en: 'The host name in proxy_pass does not resolve.', zh: 'proxy_pass 中的主机名无法解析。' },
  reads: ['nginx-error'],
  match(records) {
    const forRequests = unresolved(records);
    const forStapling = forRequests.length === 0 && records.some((record) => says(record, stapling));
    return [...forRequests, ...(forStapling ? [] : resolving(records))];
  },
  beats: ['nginx-down', 'no-live-upstreams'],
  fix: ['Use an address, http://127.0.0.1:18789, or set resolver; then: nginx -t && systemctl reload nginx'],
  confirm: ['nginx -T | grep -E "proxy_pass|resolver"'],
  example: {
    kind: 'nginx-error',
    text: '2026/03/17 03:13:54 [error] 25#25: n8n could not be resolved (2: Server failure)',
  },
} satisfies Cause;
