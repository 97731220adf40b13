import { type Cause, lines, says } from '../cause.ts';

/** What certbot, acme.sh, lego, Caddy and cert-manager say, and the authority's own reasons. */
const failed = new RegExp(
  [
    String.raw`Failed to renew certificate|All (?:simulated )?renewal(?:s| attempts) failed|\b[1-9]\d{0,5} renew failure`,
    String.raw`Failed authorization procedure|challenges have failed|Challenge failed for domain|failed to authenticate some domains`,
    String.raw`renew cert.{0,300} produced an unexpected error|certbot\.service: (?:Failed with result|Main process exited, code=exited, status=[1-9])`,
    String.raw`^\s*Type:\s{1,9}(?:connection|unauthorized|dns|rateLimited|caa|tls|malformed|serverInternal)\s*$|urn:(?:ietf:params:)?acme:error:|/fullchain\.pem \(failure\)|Hint: The Certificate Authority failed to`,
    String.raw`DNS problem: |CAA record for \S{1,200} prevents issuance|too many (?:certificates|failed authorizations|new orders|requests of a given)`,
    String.raw`Problem binding to port (?:80|443)|Could not bind (?:TCP port (?:80|443)|to IPv4 or IPv6)|host='acme-[^)]{1,80}\): Max retries|Fetching \S{1,200}/acme-challenge/\S{1,80}: `,
    String.raw`:Verify error:|\] Error renew |Command failed: (?:/usr/bin/)?certbot|Another instance of Certbot is already running|Unable to obtain ACME certificate|could not get certificate from issuer`,
    String.raw`:Exiting abnormally:|^(?:certbot|acme|letsencrypt)(?:\.\w{1,40}){0,5}\.errors\.\w{1,60}: `,
    String.raw`Permission denied: '/(?:etc|var/log|var/lib)/letsencrypt|Access denied writing to \S{1,80}/letsencrypt`,
    String.raw`certificate request has failed to complete|Renewal configuration file \S{1,200} (?:is broken|.{0,80}produced an unexpected error)|\b[1-9]\d{0,5} parse failure`,
  ].join('|'),
  'i',
);

/** How a run ends that an exception has ended, of older versions too. */
const crashed =
  /(?:Configuration|Plugin|Authorization|Misconfiguration|Subprocess)Error: |^The following error was encountered:/;

export default {
  step: 1,
  nearest: true,
  weight: 'minor',
  title: { en: 'The certificate was not renewed', zh: '证书续期失败' },
  explanation: {
    en: 'certbot could not renew. Users notice nothing until the certificate expires. "simulated" means a dry run.',
    zh: 'certbot 续期失败。证书过期前用户不会察觉。“simulated” 表示演练。',
  },
  reads: ['certbot'],
  match: (records) => [
    ...lines(failed, /acme:error:(?:badNonce|accountDoesNotExist)/)(records),
    ...records.filter((record) => record.kind === 'certbot' && says(record, crashed)),
  ],
  // Whatever it was that ended the run.
  hint: (records) =>
    records.filter(({ kind, message }) => kind === 'certbot' && message.startsWith('Traceback (most recent')),
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
