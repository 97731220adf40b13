import { type Cause, lines } from '../cause.ts';

export default {
  step: 1,
  nearest: true,
  weight: 'root',
  title: { en: 'Nginx cannot read its certificate', zh: 'Nginx 无法读取证书' },
  explanation: {
    en: 'A certificate file named in the configuration is missing or unreadable. After a failed reload the old configuration keeps running; a restart takes the site down.',
    zh: '配置中指定的证书文件缺失或不可读。reload 失败时旧配置继续运行;restart 会让网站下线。',
  },
  reads: ['nginx-error', 'certbot'],
  match: lines(
    /cannot load certificate(?: key)? "|(?:\[emerg\].{0,40} |^)(?:BIO_new_file|PEM_read_bio\w*|SSL_CTX_(?:use|load)_\w+)\("[^"]{1,300}"\) failed|no "ssl_certificate(?:_key)?" is defined|Error (?:obtaining X\.509|getting SSL) certificate\b|unable to stat SSL certificate|SSLCertificate(?:Key)?File: file '[^']{1,300}' does not exist|unable to generate TLS certificate : |certificate not found, falling back to fake certificate/i,
  ),
  beats: ['nginx-down'],
  fix: ['ls -lL /etc/letsencrypt/live/*/', 'certbot certificates', 'nginx -t && systemctl reload nginx'],
  confirm: ['nginx -t'],
  example: {
    kind: 'nginx-error',
    text: 'nginx: [emerg] cannot load certificate "/etc/letsencrypt/live/vote.example.ca/fullchain.pem": BIO_new_file() failed',
  },
} satisfies Cause;
