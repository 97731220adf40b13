import { certificateProblems, certificateProblemTexts } from '../certificate-problems.ts';
import { judgePresented } from '../probes/certificate.ts';
import { offerSuites } from '../probes/client-hello.ts';
import { offer } from '../probes/handshake.ts';
import { askEveryAddress } from '../probes/tls.ts';
import { type Text, untranslated } from '../text.ts';
import { broken, type Claim, ok, type SecurityContext, unknown, type Verdict } from './claim.ts';
import { onSite, type Site } from './site.ts';

/** Cipher suites that nobody should take, by what is wrong with them, with their numbers in the registry of IANA. */
const weakSuites: readonly { readonly name: Text; readonly suites: readonly number[] }[] = [
  { name: { en: 'no encryption', zh: '无加密' }, suites: [0x0001, 0x0002, 0x003b, 0xc006, 0xc010] },
  {
    name: { en: 'no authentication', zh: '无认证' },
    suites: [0x0018, 0x001b, 0x0034, 0x003a, 0x006c, 0x006d, 0x00a6, 0x00a7, 0xc016, 0xc017, 0xc018, 0xc019],
  },
  {
    name: { en: 'export', zh: '出口级' },
    suites: [0x0003, 0x0006, 0x0008, 0x000b, 0x000e, 0x0011, 0x0014, 0x0017, 0x0019],
  },
  { name: untranslated('RC4'), suites: [0x0004, 0x0005, 0xc007, 0xc011] },
  { name: { en: 'DES and 3DES', zh: 'DES 和 3DES' }, suites: [0x0009, 0x000a, 0x0015, 0x0016, 0xc008, 0xc012] },
];

export const tlsClaims: readonly Claim[] = [
  {
    layer: 'L2',
    claim: { en: 'TLS 1.0 and 1.1 are refused', zh: '拒绝 TLS 1.0 和 1.1' },
    fix: untranslated('ssl_protocols TLSv1.2 TLSv1.3;'),
    run: onSite(tryOldTls),
  },
  {
    layer: 'L2',
    claim: {
      en: 'ciphers without encryption or authentication, and broken ones, are refused',
      zh: '拒绝无加密、无认证及已被攻破的套件',
    },
    fix: untranslated('ssl_ciphers HIGH:!aNULL:!MD5;'),
    run: onSite(tryWeakCiphers),
  },
  {
    layer: 'L2',
    claim: { en: 'the certificate is valid, for this name, with its chain', zh: '证书有效、域名匹配、证书链完整' },
    fix: {
      en: 'serve fullchain.pem of a certificate for this name; ops check certificate says more',
      zh: '使用该域名证书的 fullchain.pem;详情见 ops check certificate',
    },
    run: onSite(judgeCertificate),
  },
];

const handshakeRefused = { en: 'the handshake is refused', zh: '握手被拒绝' };

async function tryOldTls(site: Site, { timeoutMs }: SecurityContext): Promise<Verdict> {
  const ciphers = 'ALL@SECLEVEL=0';
  const result = await offer({ ...site, maxVersion: 'TLSv1.1', ciphers, timeoutMs });
  if (result.state === 'accepted') {
    return broken({ en: '{protocol} with {cipher} is accepted', zh: '{protocol} 与 {cipher} 被接受' }, result);
  }
  return result.state === 'refused' ? ok(handshakeRefused) : unknown(untranslated(result.reason));
}

/** One attempt for each class, so that the answer names it. */
async function tryWeakCiphers(site: Site, { timeoutMs }: SecurityContext): Promise<Verdict> {
  const tried = await Promise.all(
    weakSuites.map(async ({ name, suites }) => {
      const result = await offerSuites({ ...site, suites, timeoutMs });
      return { name, result };
    }),
  );
  const taken = tried.flatMap(({ name, result }) =>
    result.state === 'accepted' ? [join([name, untranslated(` (${result.cipher})`)], '')] : [],
  );
  if (taken.length > 0) return broken(join([{ en: 'accepted: ', zh: '被接受:' }, join(taken)], ''));
  const failures = tried.flatMap(({ name, result }) =>
    result.state === 'failed' ? [join([name, untranslated(result.reason)], ': ')] : [],
  );
  if (failures.length > 0) return unknown(join(failures, '; '));
  return ok(join([{ en: 'refused: ', zh: '被拒绝:' }, join(tried.map(({ name }) => name))], ''));
}

/** One text after the other. */
const join = (texts: readonly Text[], between = ', '): Text => ({
  en: texts.map(({ en }) => en).join(between),
  zh: texts.map(({ zh }) => zh).join(between),
});

async function judgeCertificate(site: Site, { timeoutMs }: SecurityContext): Promise<Verdict> {
  const answers = await askEveryAddress({ ...site, timeoutMs });
  const presented = answers.flatMap((answer) => answer.presented ?? []);
  const judged = presented.map((one) => judgePresented(one, site.host, Date.now()));
  const problems = certificateProblems.filter((problem) => judged.some((one) => one[problem]));
  const failures = answers.flatMap(({ address, failure }) => (failure === undefined ? [] : `${address}: ${failure}`));
  if (problems.length > 0) return broken(join(problems.map((problem) => certificateProblemTexts[problem])));
  if (presented.length === 0 || failures.length > 0) return unknown(untranslated(failures.join(', ')));
  const dates = presented.map(({ certificate }) => certificate.validTo).join(', ');
  return ok({ en: 'until {dates}', zh: '有效期至 {dates}' }, { dates });
}
