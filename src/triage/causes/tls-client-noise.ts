import { type Cause, lines } from '../cause.ts';

export default {
  step: 0,
  weight: 'noise',
  title: { en: 'A scanner or an old client failed to speak TLS', zh: '扫描器或旧客户端的 TLS 握手失败' },
  explanation: {
    en: 'Someone on the internet connected with a broken or outdated TLS client. Real users are not affected.',
    zh: '互联网上有人用损坏或过旧的 TLS 客户端连接,真实用户不受影响。',
  },
  reads: ['nginx-error'],
  match: lines(
    /(?:SSL_do_handshake\(\) failed|closed connection in SSL handshake).{0,300}while SSL handshaking(?! to upstream)|SSL_(?:read|shutdown|write)\(\) failed .{0,300}while (?:waiting for request|processing HTTP|keepalive|closing request)|client closed connection while SSL handshaking|client SSL certificate verify error|http: TLS handshake error from |: SSL handshake failure|HTTP spoken on HTTPS port/i,
  ),
  fix: ['Nothing to do.'],
  confirm: ['curl -sv https://ai.yourcompany.com/ -o /dev/null'],
  example: {
    kind: 'nginx-error',
    text: '2020/11/25 14:42:16 [crit] 76952#76952: *2454307 SSL_do_handshake() failed (SSL: error:1408F0C6:SSL routines:ssl3_get_record:packet length too long) while SSL handshaking, client: 203.0.113.14, server: 0.0.0.0:443',
  },
} satisfies Cause;
