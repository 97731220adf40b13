import { type Cause, lines } from '../cause.ts';

export default {
  step: 1,
  nearest: true,
  weight: 'root',
  title: { en: 'The certificate has expired', zh: '证书已过期' },
  explanation: {
    en: 'Browsers refuse to open the site because its certificate is past its end date.',
    zh: '证书已超过有效期,浏览器拒绝打开网站。',
  },
  reads: ['certbot', 'certificate', 'nginx-error', 'nginx-probe'],
  match: lines(
    /certificate (?:for server "[^"]{1,200}" )?(?:has )?expired|CertificateExpiredException|\(INVALID: EXPIRED\)|SEC_E_CERT_EXPIRED|verify error:num=10\b|CERT_HAS_EXPIRED|ERR_CERT_DATE_INVALID|SEC_ERROR_EXPIRED|\.(?:pem|crt|cer): EXPIRED\b/i,
    // That of a caller, or of the upstream.
    /client SSL certificate|upstream SSL certificate|to upstream/i,
  ),
  beats: ['cert-renewal-failed'],
  fix: ['certbot renew --force-renewal && nginx -s reload'],
  confirm: [
    'openssl s_client -connect ai.yourcompany.com:443 -servername ai.yourcompany.com </dev/null | openssl x509 -noout -dates',
  ],
  example: { kind: 'certbot', text: 'verify error:num=10:certificate has expired' },
} satisfies Cause;
