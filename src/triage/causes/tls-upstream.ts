import { type Cause, lines } from '../cause.ts';
import { otherProxies } from '../other-proxies.ts';

export default {
  step: 2,
  nearest: true,
  weight: 'root',
  title: { en: 'TLS between Nginx and the gateway fails', zh: 'Nginx 与网关之间的 TLS 失败' },
  explanation: {
    en: 'Nginx speaks TLS to the gateway and they do not agree, usually for want of a server name.',
    zh: 'Nginx 以 TLS 连接网关但握手失败,通常是缺少 SNI。',
  },
  reads: ['nginx-error'],
  match: lines(
    new RegExp(
      String.raw`while SSL handshaking to upstream|SSL_\w{2,20}\(\) failed .{0,300}while (?:reading|sending)[\w ]{0,40} upstream|upstream SSL certificate (?:verify error|does not match)|${otherProxies.tls}`,
      'i',
    ),
  ),
  beats: ['upstream-closed'],
  fix: ['Set proxy_ssl_server_name on; or use http:// in proxy_pass; then: nginx -t && systemctl reload nginx'],
  confirm: ['nginx -T | grep -E "proxy_pass|proxy_ssl"'],
  example: {
    kind: 'nginx-error',
    text: '2023/12/11 05:49:02 [error] 23#23: *2 SSL_do_handshake() failed (SSL: error:0A000438) while SSL handshaking to upstream, client: 172.17.0.1',
  },
} satisfies Cause;
