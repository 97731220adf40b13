import { expect, test } from 'vitest';
import { classify } from '../../src/notify/classify.ts';

const failure = (fields: object): Error => Object.assign(new Error('the server said no'), fields);

test.each([
  ['a 451 after RCPT TO', { code: 'EENVELOPE', command: 'RCPT TO', responseCode: 451 }, 'transient'],
  ['a 421 after DATA', { code: 'EMESSAGE', command: 'DATA', responseCode: 421 }, 'transient'],
  ['a 454 to the password', { code: 'EAUTH', command: 'AUTH PLAIN', responseCode: 454 }, 'transient'],
  ['a refused recipient', { code: 'EENVELOPE', command: 'RCPT TO', responseCode: 550 }, 'permanent'],
  ['a refused text', { code: 'EMESSAGE', command: 'DATA', responseCode: 554 }, 'content'],
  ['a wrong password', { code: 'EAUTH', command: 'AUTH PLAIN', responseCode: 535 }, 'configuration'],
  ['a password that is demanded', { code: 'EENVELOPE', command: 'MAIL FROM', responseCode: 530 }, 'configuration'],
  ['a server without STARTTLS', { code: 'ETLS', command: 'STARTTLS' }, 'configuration'],
  [
    'a certificate that nobody signed',
    { code: 'ESOCKET', originalCode: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    'configuration',
  ],
  ['a refused connection', { code: 'ESOCKET', originalCode: 'ECONNREFUSED', command: 'CONN' }, 'transient'],
  ['a name that does not resolve', { code: 'EDNS', command: 'CONN' }, 'transient'],
  ['silence at the greeting', { code: 'ETIMEDOUT', command: 'CONN' }, 'transient'],
  ['a connection lost while the text was on its way', { code: 'ECONNECTION', command: 'DATA' }, 'unknown'],
  ['an attempt that was cut off', { code: 'EABORT' }, 'unknown'],
])('%s: %o is %s', (_, fields, expected) => {
  expect(classify(failure(fields)).class).toBe(expected);
});

test.each([
  ['a wrong password', { code: 'EAUTH', responseCode: 535 }, 'smtp.user and password_file'],
  [
    'a certificate for another name',
    { code: 'ESOCKET', originalCode: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    'name in the certificate',
  ],
  ['an unknown authority', { code: 'ESOCKET', originalCode: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, 'NODE_EXTRA_CA_CERTS'],
  ['an expired certificate', { code: 'ESOCKET', originalCode: 'CERT_HAS_EXPIRED' }, 'expired'],
  ['a wrong port', { code: 'ESOCKET', originalCode: 'ERR_SSL_WRONG_VERSION_NUMBER' }, '587'],
  ['a closed port', { code: 'ESOCKET', originalCode: 'ECONNREFUSED', command: 'CONN' }, 'host and port'],
  ['a silent port', { code: 'ETIMEDOUT', command: 'CONN' }, 'firewall'],
  ['an unknown host', { code: 'EDNS', command: 'CONN' }, 'smtp.host'],
  ['a refused recipient', { code: 'EENVELOPE', command: 'RCPT TO', responseCode: 550 }, 'notify.email.to'],
  ['a refused sender', { code: 'EENVELOPE', command: 'MAIL FROM', responseCode: 550 }, 'notify.email.from'],
])('the reason names the fix for %s', (_, fields, fix) => {
  expect(classify(failure(fields)).reason).toMatch(/^the server said no \(.+\)$/);
  expect(classify(failure(fields)).reason).toContain(fix);
});

test('greylisting asks for no repair', () => {
  const greylisted = { code: 'EENVELOPE', command: 'RCPT TO', responseCode: 450 };
  expect(classify(failure(greylisted)).reason).toContain('tries again by itself');
});

test('what is no error at all is still classified', () => {
  expect(classify('broken').class).toBe('transient');
  expect(classify(null).class).toBe('transient');
});
