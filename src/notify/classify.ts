import { reasonOf } from '../errors.ts';
import type { FailureClass } from './channel.ts';

/** What nodemailer tells of a failure, beside the message. */
interface SmtpError {
  readonly code?: unknown;
  readonly originalCode?: unknown;
  readonly command?: unknown;
  readonly responseCode?: unknown;
}

const configurationCodes = ['EAUTH', 'ENOAUTH', 'EOAUTH2', 'ETLS', 'EREQUIRETLS', 'ECONFIG'];

const hints: Readonly<Record<string, string>> = {
  EAUTH: 'check notify.email.smtp.user and password_file',
  ENOAUTH: 'check notify.email.smtp.user and password_file',
  ETLS: 'check notify.email.smtp.tls: 587 is starttls, 465 is implicit, 25 is none',
};

/** Sorts a failed SMTP attempt into what the outbox does about it, with a sentence that names the fix where there is one. */
export function classify(thrown: unknown): { class: FailureClass; reason: string } {
  const error: SmtpError = typeof thrown === 'object' && thrown !== null ? thrown : {};
  const code = String(error.code ?? '');
  const hint = hints[code];
  return { class: classOf(error, code), reason: reasonOf(thrown) + (hint ? ` (${hint})` : '') };
}

function classOf({ command, responseCode, originalCode }: SmtpError, code: string): FailureClass {
  const reply = typeof responseCode === 'number' ? responseCode : 0;
  if (reply >= 400 && reply < 500) return 'transient';
  if (configurationCodes.includes(code) || /CERT|SELF_SIGNED/.test(String(originalCode ?? ''))) return 'configuration';
  if (reply === 530 || reply === 534 || reply === 535 || reply === 538) return 'configuration';
  if (reply >= 500) return command === 'DATA' ? 'content' : 'permanent';
  // Once the text was on its way nobody knows whether it arrived.
  return command === 'DATA' || code === 'EABORT' ? 'unknown' : 'transient';
}
