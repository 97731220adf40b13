import { attempt } from '../probes/attempt.ts';
import { judgePresented } from '../probes/certificate.ts';
import { offerSuites } from '../probes/client-hello.ts';
import { offer } from '../probes/handshake.ts';
import { askEveryAddress } from '../probes/tls.ts';
import { untranslated } from '../text.ts';
import { broken, type Claim, ok, type SecurityContext, unknown, type Verdict } from './claim.ts';

const snippets = { en: 'take the site and the snippets of deploy/nginx', zh: '请使用 deploy/nginx 中的站点和片段' };

const redirect = 'return 301 https://$server_name$request_uri;';

/** Headers that the shipped site sends with every answer. */
const expectedHeaders = [
  'strict-transport-security',
  'x-frame-options',
  'x-content-type-options',
  'referrer-policy',
  'content-security-policy',
];

/** Cipher suites that nobody should take, by what is wrong with them, with their numbers in the registry of IANA. */
const weakSuites: Readonly<Record<string, readonly number[]>> = {
  'no encryption': [0x0001, 0x0002, 0x003b, 0xc006, 0xc010],
  'no authentication': [0x0018, 0x001b, 0x0034, 0x003a, 0x006c, 0x006d, 0x00a6, 0x00a7, 0xc016, 0xc017, 0xc018, 0xc019],
  export: [0x0003, 0x0006, 0x0008, 0x000b, 0x000e, 0x0011, 0x0014, 0x0017, 0x0019],
  RC4: [0x0004, 0x0005, 0xc007, 0xc011],
  'DES and 3DES': [0x0009, 0x000a, 0x0015, 0x0016, 0xc008, 0xc012],
};

const noSite = {
  en: 'triage.probe_url is not set: the public URL through Nginx',
  zh: '未设置 triage.probe_url:经 Nginx 的公开地址',
};

/** A claim that needs the public site. */
const onSite =
  (run: (site: URL, context: SecurityContext) => Promise<Verdict>) =>
  async (context: SecurityContext): Promise<Verdict> => {
    if (context.site === undefined) return unknown(noSite);
    const site = new URL(context.site);
    return site.protocol === 'https:'
      ? run(site, context)
      : broken({ en: '{site} is no HTTPS', zh: '{site} 不是 HTTPS' }, { site });
  };

export const nginxClaims: readonly Claim[] = [
  {
    layer: 'L2',
    claim: { en: 'plain HTTP is sent on to HTTPS', zh: 'HTTP 跳转到 HTTPS' },
    fix: { en: `${redirect} ${snippets.en}`, zh: `${redirect} ${snippets.zh}` },
    run: onSite(tryPlainHttp),
  },
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
  {
    layer: 'L2',
    claim: { en: 'the security headers are sent', zh: '安全响应头已发送' },
    fix: {
      en: 'include /etc/nginx/snippets/clawdbot-headers.conf; in every location with an add_header of its own',
      zh: '在每个自带 add_header 的 location 中加入 include /etc/nginx/snippets/clawdbot-headers.conf;',
    },
    run: onSite(judgeHeaders),
  },
  {
    layer: 'L4',
    claim: { en: 'the API of Ollama does not answer through Nginx', zh: '无法经 Nginx 访问 Ollama 的 API' },
    fix: {
      en: `remove the location that leads to Ollama; ${snippets.en}`,
      zh: `删除指向 Ollama 的 location;${snippets.zh}`,
    },
    run: onSite((site, context) => tryOllama(new URL('/api/tags', site), context, 'GET', /"models"\s*:\s*\[/)),
  },
  {
    layer: 'L4',
    claim: { en: 'models cannot be pulled through Nginx', zh: '无法经 Nginx 拉取模型' },
    fix: {
      en: `location = /api/pull { return 403; } and no location that leads to Ollama; ${snippets.en}`,
      zh: `location = /api/pull { return 403; },且没有指向 Ollama 的 location;${snippets.zh}`,
    },
    // Without a body Ollama refuses: nothing is ever pulled.
    run: onSite((site, context) => tryOllama(new URL('/api/pull', site), context, 'POST', /missing request body/)),
  },
];

const noHttpPort = {
  en: 'triage.web_ports has no port besides that of HTTPS',
  zh: 'triage.web_ports 中除 HTTPS 端口外没有其他端口',
};

async function tryPlainHttp(site: URL, { httpPort, timeoutMs }: SecurityContext): Promise<Verdict> {
  if (httpPort === undefined) return unknown(noHttpPort);
  const { status, headers } = await attempt(`http://${site.hostname}:${httpPort}/`, { timeoutMs });
  const { location = '' } = headers;
  if (status >= 301 && status <= 308 && location.startsWith('https://')) {
    return ok(untranslated(`HTTP ${status} → ${location}`));
  }
  const answer = `HTTP ${status}${location && ` → ${location}`}`;
  return broken({ en: 'port {httpPort} answers {answer}', zh: '端口 {httpPort} 应答 {answer}' }, { httpPort, answer });
}

const portOf = (site: URL) => Number(site.port) || 443;

const handshakeRefused = { en: 'the handshake is refused', zh: '握手被拒绝' };

async function tryOldTls(site: URL, { timeoutMs }: SecurityContext): Promise<Verdict> {
  const ciphers = 'ALL@SECLEVEL=0';
  const result = await offer({ host: hostOf(site), port: portOf(site), maxVersion: 'TLSv1.1', ciphers, timeoutMs });
  if (result.state === 'accepted') {
    return broken({ en: '{protocol} with {cipher} is accepted', zh: '{protocol} 与 {cipher} 被接受' }, result);
  }
  return result.state === 'refused' ? ok(handshakeRefused) : unknown(untranslated(result.reason));
}

/** One attempt for each class, so that the answer names it. */
async function tryWeakCiphers(site: URL, { timeoutMs }: SecurityContext): Promise<Verdict> {
  const tried = await Promise.all(
    Object.entries(weakSuites).map(async ([name, suites]) => {
      const result = await offerSuites({ host: hostOf(site), port: portOf(site), suites, timeoutMs });
      return { name, result };
    }),
  );
  const taken = tried.flatMap(({ name, result }) =>
    result.state === 'accepted' ? [`${name} (${result.cipher})`] : [],
  );
  if (taken.length > 0) return broken({ en: 'accepted: {names}', zh: '被接受:{names}' }, { names: taken.join(', ') });
  const failures = tried.flatMap(({ name, result }) =>
    result.state === 'failed' ? [`${name}: ${result.reason}`] : [],
  );
  if (failures.length > 0) return unknown(untranslated(failures.join('; ')));
  return ok({ en: 'refused: {names}', zh: '被拒绝:{names}' }, { names: Object.keys(weakSuites).join(', ') });
}

/** Without the brackets of an IPv6 address. */
const hostOf = ({ hostname }: URL) => hostname.replace(/^\[(.*)\]$/, '$1');

async function judgeCertificate(site: URL, { timeoutMs }: SecurityContext): Promise<Verdict> {
  const host = hostOf(site);
  const answers = await askEveryAddress({ host, port: portOf(site), timeoutMs });
  const presented = answers.flatMap((answer) => answer.presented ?? []);
  const problems = presented.flatMap((one) =>
    Object.entries(judgePresented(one, host, Date.now())).flatMap(([problem, holds]) => (holds ? [problem] : [])),
  );
  const failures = answers.flatMap(({ address, failure }) => (failure === undefined ? [] : `${address}: ${failure}`));
  if (problems.length > 0) return broken(untranslated([...new Set(problems)].join(', ')));
  if (presented.length === 0 || failures.length > 0) return unknown(untranslated(failures.join(', ')));
  const dates = presented.map(({ certificate }) => certificate.validTo).join(', ');
  return ok({ en: 'until {dates}', zh: '有效期至 {dates}' }, { dates });
}

async function judgeHeaders(site: URL, { timeoutMs }: SecurityContext): Promise<Verdict> {
  const { status, headers } = await attempt(site.href, { timeoutMs });
  const missing = expectedHeaders.filter((name) => headers[name] === undefined);
  if (missing.length > 0) return broken({ en: 'missing: {names}', zh: '缺少:{names}' }, { names: missing.join(', ') });
  return ok({ en: 'all five, with HTTP {status}', zh: '五个都在,HTTP {status}' }, { status });
}

async function tryOllama(url: URL, { timeoutMs }: SecurityContext, method: string, ollamas: RegExp): Promise<Verdict> {
  const { status, body } = await attempt(url.href, { timeoutMs, method });
  const values = { path: url.pathname, status };
  if (ollamas.test(body)) {
    return broken(
      { en: '{path} is answered by Ollama: HTTP {status}', zh: '{path} 由 Ollama 应答:HTTP {status}' },
      values,
    );
  }
  if (status >= 500) {
    return unknown(
      {
        en: '{path}: HTTP {status}, so that what is behind it is not seen',
        zh: '{path}:HTTP {status},看不到它背后是什么',
      },
      values,
    );
  }
  return ok({ en: '{path}: HTTP {status}, not from Ollama', zh: '{path}:HTTP {status},不是 Ollama 的应答' }, values);
}
