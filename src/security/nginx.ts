import { attempt } from '../probes/attempt.ts';
import { untranslated } from '../text.ts';
import { broken, type Claim, ok, type SecurityContext, unknown, type Verdict } from './claim.ts';
import { chat, judgeKeyless, keyless } from './keyless.ts';
import { onSite, type Site } from './site.ts';

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

export const nginxClaims: readonly Claim[] = [
  {
    layer: 'L2',
    claim: { en: 'plain HTTP is sent on to HTTPS', zh: 'HTTP 跳转到 HTTPS' },
    fix: { en: `${redirect} ${snippets.en}`, zh: `${redirect} ${snippets.zh}` },
    run: onSite(tryPlainHttp),
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
    layer: 'L3',
    claim: { en: 'through Nginx, too, a caller needs a key', zh: '经 Nginx 的请求也需要密钥' },
    fix: {
      en: `location /v1/ leads to the gateway, which asks for keys, and to nothing else; ${snippets.en}`,
      zh: `location /v1/ 只应指向要求密钥的网关;${snippets.zh}`,
    },
    run: onSite(async ({ url, address }, context) =>
      judgeKeyless(await chat(url.origin, { ...context, address }, undefined), keyless),
    ),
  },
  {
    layer: 'L4',
    claim: { en: 'the API of Ollama does not answer through Nginx', zh: '无法经 Nginx 访问 Ollama 的 API' },
    fix: {
      en: `remove the location that leads to Ollama; ${snippets.en}`,
      zh: `删除指向 Ollama 的 location;${snippets.zh}`,
    },
    run: onSite((site, context) => tryOllama(site, '/api/tags', 'GET', context, /"models"\s*:\s*\[/)),
  },
  {
    layer: 'L4',
    claim: { en: 'models cannot be pulled through Nginx', zh: '无法经 Nginx 拉取模型' },
    fix: {
      en: `location = /api/pull { return 403; } and no location that leads to Ollama; ${snippets.en}`,
      zh: `location = /api/pull { return 403; },且没有指向 Ollama 的 location;${snippets.zh}`,
    },
    // Without a body Ollama refuses: nothing is ever pulled.
    run: onSite((site, context) => tryOllama(site, '/api/pull', 'POST', context, /missing request body/)),
  },
];

const noHttpPort = {
  en: 'triage.web_ports has no port besides that of HTTPS',
  zh: 'triage.web_ports 中除 HTTPS 端口外没有其他端口',
};

async function tryPlainHttp(site: Site, { httpPort, timeoutMs }: SecurityContext): Promise<Verdict> {
  if (httpPort === undefined) return unknown(noHttpPort);
  const { status, headers } = await attempt(`http://${site.url.hostname}:${httpPort}/`, {
    address: site.address,
    timeoutMs,
  });
  const { location = '' } = headers;
  if (status >= 301 && status <= 308 && location.startsWith('https://')) {
    return ok(untranslated(`HTTP ${status} → ${location}`));
  }
  const answer = `HTTP ${status}${location && ` → ${location}`}`;
  return broken({ en: 'port {httpPort} answers {answer}', zh: '端口 {httpPort} 应答 {answer}' }, { httpPort, answer });
}

async function judgeHeaders(site: Site, { timeoutMs }: SecurityContext): Promise<Verdict> {
  const { status, headers } = await attempt(site.url.href, { address: site.address, timeoutMs });
  const missing = expectedHeaders.filter((name) => headers[name] === undefined);
  if (missing.length > 0) return broken({ en: 'missing: {names}', zh: '缺少:{names}' }, { names: missing.join(', ') });
  return ok({ en: 'all five, with HTTP {status}', zh: '五个都在,HTTP {status}' }, { status });
}

/** At the root, and under every prefix that may lead to Ollama. */
async function tryOllama(site: Site, path: string, method: string, { timeoutMs }: SecurityContext, ollamas: RegExp) {
  const paths = ['/', ...site.prefixes].map((prefix) => prefix.replace(/\/$/, '') + path);
  const answers = await Promise.all(
    paths.map(async (at) => {
      const { status, body } = await attempt(new URL(at, site.url).href, { address: site.address, timeoutMs, method });
      return { status, ollamas: ollamas.test(body), what: `${at}: HTTP ${status}` };
    }),
  );
  const listed = (some: typeof answers) => ({ what: some.map(({ what }) => what).join(', ') });
  const through = answers.filter((answer) => answer.ollamas);
  if (through.length > 0) return broken({ en: 'Ollama answers {what}', zh: 'Ollama 应答 {what}' }, listed(through));
  const unseen = answers.filter(({ status }) => status >= 500);
  if (unseen.length === 0)
    return ok({ en: '{what}, not from Ollama', zh: '{what},不是 Ollama 的应答' }, listed(answers));
  return unknown(
    { en: '{what}, so that what is behind it is not seen', zh: '{what},看不到它背后是什么' },
    listed(unseen),
  );
}
