import { type Cause, lines } from '../cause.ts';

export default {
  step: 1,
  weight: 'minor',
  title: { en: 'The certificate was not renewed', zh: '证书续期失败' },
  explanation: {
    en: 'certbot could not renew. Users notice nothing until the certificate expires. "simulated" means a dry run.',
    zh: 'certbot 续期失败。证书过期前用户不会察觉。“simulated” 表示演练。',
  },
  reads: ['certbot'],
  match: lines(
    /Failed to renew certificate|All (?:simulated )?renewal(?:s| attempts) failed|\b[1-9]\d{0,5} renew failure|Failed authorization procedure|challenges have failed|Challenge failed for domain|failed to authenticate some domains|renew cert.{0,300} produced an unexpected error/i,
  ),
  fix: [
    'certbot renew --dry-run -v',
    'Open port 80 for the challenge, or repair the DNS record that the Detail line names.',
  ],
  confirm: ['certbot certificates'],
  example: {
    kind: 'certbot',
    text: 'Failed to renew certificate link.example.com with error: Some challenges have failed.',
  },
} satisfies Cause;
