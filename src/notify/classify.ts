import { reasonOf } from '../errors.ts';
import type { FailureClass } from './channel.ts';

/** What nodemailer tells of a failure, beside the message. */
interface SmtpError {
  readonly code?: unknown;
  readonly originalCode?: unknown;
  readonly command?: unknown;
  readonly responseCode?: unknown;
}

const configurationCodes = ['EAUTH', 'ENOAUTH', 'EOAUTH2', 'ETLS', 'EREQUIRETLS', 'ECONFIG', 'ENOENT', 'EACCES'];

/** What OpenSSL says that no repetition changes. */
const configurationWords = /CERT|SELF_SIGNED|UNABLE_TO|wrong version number|alert (protocol version|handshake failure)/;

/** What to do about a failure, by what the error says of itself; the first that matches counts. */
const advice: readonly (readonly [pattern: RegExp, text: string])[] = [
  [/ALTNAME/, 'the certificate is for another name: set notify.email.smtp.host to the name in the certificate'],
  [/CERT_HAS_EXPIRED/, "the server's certificate has expired: renew it there"],
  [
    /SELF_SIGNED|UNABLE_TO_(VERIFY|GET)|UNKNOWN_CA/i,
    'no known authority signed the certificate: start watch with NODE_EXTRA_CA_CERTS=FILE of the authority',
  ],
  [
    /wrong version number|WRONG_VERSION|packet length too long/i,
    'the port does not speak TLS from the first byte: use notify.email.smtp.tls: starttls with 587, implicit with 465',
  ],
  [/alert (protocol version|handshake failure)/, 'the server speaks no TLS 1.2 or newer: bring it up to date'],
  [/ENOENT|EACCES/, 'notify.email.smtp.password_file cannot be read by this user'],
  [/Invalid greeting\. response=(?!\d{3})/, 'that is no mail server: check notify.email.smtp.host and port'],
  [/ENOAUTH|EAUTH|EOAUTH2|\b53[0458]\b/, 'check notify.email.smtp.user and password_file'],
  [/ETLS/, 'check notify.email.smtp.tls: 587 is starttls, 465 is implicit, 25 is none'],
  [/EDNS|ENOTFOUND|EAI_AGAIN/, 'the name is unknown: check notify.email.smtp.host'],
  [/ECONNREFUSED/, 'nothing listens there: check notify.email.smtp.host and port'],
  [
    /ECONNECTION|ECONNRESET|EPIPE/,
    'the server hung up: look into its log; a proxy or a wrong port in between does so too',
  ],
  [/EABORT|\bTimeout$/, 'the server stopped answering: it is overloaded or broken, look into its log'],
  [/ETIMEDOUT/, 'no answer: check the firewall and notify.email.smtp.port; port 465 needs tls: implicit'],
  [
    /\b5\d\d RCPT TO/,
    'the server refuses the recipient: check notify.email.to, and whether it relays for this machine',
  ],
  [/\b5\d\d MAIL FROM/, 'the server refuses the sender: check notify.email.from'],
  [/\b5\d\d (CONN|EHLO|HELO)/, 'the server turns this machine away: check that notify.email.smtp.host relays for it'],
  [/\b5\d\d DATA/, 'the server refuses the text: let its spam filter pass what notify.email.from sends'],
];

/** Greylisting, a full queue, too many connections: nothing to repair as long as it passes. */
const putOff = 'the server puts mail off: watch tries again by itself; if it lasts, ask who runs the server';

/** Sorts a failed SMTP attempt into what the outbox does about it, with a sentence that names the fix where there is one. */
export function classify(thrown: unknown): { class: FailureClass; reason: string } {
  const reason = sentenceOf(thrown);
  const error: SmtpError = typeof thrown === 'object' && thrown !== null ? thrown : {};
  const code = String(error.code ?? '');
  const { originalCode, responseCode, command } = error;
  const said = [originalCode, code, responseCode, command, reasonOf(thrown)].filter(Boolean).join(' ');
  const hint = isPutOff(error) ? putOff : advice.find(([pattern]) => pattern.test(said))?.[1];
  return { class: classOf(error, code), reason: reason + (hint ? ` (${hint})` : '') };
}

/** OpenSSL's errors carry addresses and source files; only their words tell something. */
const sentenceOf = (thrown: unknown): string =>
  reasonOf(thrown).replace(/^.*:SSL routines:[^:]*:([^:]+):.*$/s, 'TLS: $1');

const lost = /ECONNECTION|ECONNRESET|EPIPE|EABORT|\bTimeout$/;

const isPutOff = ({ responseCode }: SmtpError): boolean => Math.floor(Number(responseCode) / 100) === 4;

function classOf(error: SmtpError, code: string): FailureClass {
  const { command, responseCode, originalCode } = error;
  if (isPutOff(error)) return 'transient';
  const reply = typeof responseCode === 'number' ? responseCode : 0;
  if (configurationCodes.includes(code) || configurationWords.test(`${originalCode} ${reasonOf(error)}`))
    return 'configuration';
  if (reply === 530 || reply === 534 || reply === 535 || reply === 538) return 'configuration';
  // Before MAIL FROM the server has said nothing of this mail: it turns the machine away, and may not tomorrow.
  if (reply >= 500 && ['CONN', 'EHLO', 'HELO'].includes(String(command))) return 'configuration';
  if (reply >= 500) return command === 'DATA' ? 'content' : 'permanent';
  // nodemailer does not tell how far a lost conversation had come: the text may have arrived.
  return lost.test([code, originalCode, reasonOf(error)].join(' ')) ? 'unknown' : 'transient';
}
