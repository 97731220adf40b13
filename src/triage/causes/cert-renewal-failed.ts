import { type Cause, lines, says } from '../cause.ts';
import { looksOdd } from '../odd.ts';

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
    // acme.sh and dehydrated
    String.raw`Invalid status\. Verification error|Error adding TXT record|Cannot init API for|Signing failed\. |nginx config is not correct, cannot continue|Cannot write token to file|Reload error for|Please install socat|account key has been deactivated|tcp port (?:80|443) is already used by|^\s*\+ Challenge validation has failed|ERROR: Challenge is invalid`,
    // lego, in Traefik too; certmagic in Caddy; Apache's mod_md
    String.raw`acme: error presenting token|: time limit exceeded: last error|"logger":"tls\.(?:renew|obtain)","msg":"(?:will retry|final attempt|could not get certificate)|emergency renewal window|AH10056|ACME resolve is skipped|Error (?:renewing|obtaining) certificate|\[md:error\]`,
    String.raw`certificate request has failed to complete|Renewal configuration file \S{1,200} (?:is broken|.{0,80}produced an unexpected error)|\b[1-9]\d{0,5} parse failure`,
  ].join('|'),
  'i',
);

/** How a run ends that an exception has ended, of older versions too. */
const crashed =
  /(?:Configuration|Plugin|Authorization|Misconfiguration|Subprocess)Error: |^The following error was encountered:/;

/** What they say of a certificate that came, or need not come yet. */
const received =
  /Congratulations|Successfully received certificate|renewals? succeeded|\(success\)|Cert success|Server responded with a certificate|certificate obtained successfully|not (?:yet )?due for renewal|Renewal of the cert is not required|Skipping?\b.{0,60}Next renewal|\+ Done!|Valid till .{1,80}Skipping|has been successfully issued|no renewal/i;
/** What it is about; a journal holds other programs' complaints. */
const subject =
  /acme|certif|\bcert\b|certbot|letsencrypt|dehydrated|challenge|renew|\bdomain|\bTXT\b|\bEAB\b|wellknown/i;
/** What runs after it, and another's words in it. */
const afterwards = /-?hook\b|Secret does not exist|self check|reloading nginx/i;

export default {
  step: 1,
  nearest: true,
  weight: 'minor',
  title: { en: 'The certificate was not renewed', zh: '证书续期失败' },
  explanation: {
    en: 'The program that renews could not. Users notice nothing until the certificate expires. "simulated" means a dry run.',
    zh: '证书续期程序失败。证书过期前用户不会察觉。“simulated” 表示演练。',
  },
  reads: ['certbot'],
  match: (records) => [
    ...lines(failed, /acme:error:(?:badNonce|accountDoesNotExist)|while requesting certificate status/)(records),
    ...records.filter((record) => record.kind === 'certbot' && says(record, crashed)),
  ],
  // Whatever else the program complained of, where no certificate came after it.
  hint(records) {
    const own = records.filter(({ kind }) => kind === 'certbot');
    const renewed = own.findLastIndex((record) => says(record, received));
    return own.slice(renewed + 1).filter((record) => {
      if (record.message.startsWith('Traceback (most recent')) return true;
      return looksOdd(record) && subject.test(record.text) && !says(record, afterwards);
    });
  },
  fix: [
    'certbot renew --dry-run -v   # acme.sh: acme.sh --cron --debug',
    'Open port 80 for the challenge, or repair the DNS record that it names.',
  ],
  confirm: ['certbot certificates'],
  example: {
    kind: 'certbot',
    text: 'Failed to renew certificate link.example.com with error: Some challenges have failed.',
  },
} satisfies Cause;
