import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { createAuthority } from '../checks/support/authority.ts';
import { audited } from '../real/support/audit.ts';
import { ollamaAvailable } from '../real/support/ollama.ts';
import { findProgram } from '../real/support/programs.ts';
import { realPart } from '../real/support/require.ts';
import { type SiteOptions, startSite } from '../real/support/site.ts';
import { temporaryFolder } from '../support/ops.ts';

let close = async () => {};

afterEach(() => close());

const claims = [
  'sent on to HTTPS',
  'TLS 1.0 and 1.1',
  'without encryption',
  'the certificate is valid',
  'security headers',
  'a caller needs a key',
  'API of Ollama does not answer',
  'cannot be pulled through Nginx',
] as const;

/** A name that nobody resolves: the audit finds the site in Nginx's configuration. */
const name = 'ai.example';

type Change = NonNullable<SiteOptions['changeSite']>;

const change =
  (from: string | RegExp, to: string): Change =>
  (site, ollama) => {
    const changed = site.replace(from, to.replace('OLLAMA', ollama));
    if (changed === site) throw new Error(`the site has no ${from}`);
    return changed;
  };

/** A location of its own before that of the chat page. */
const location = (directives: string) => change('location / {\n        proxy_pass', `${directives}\n    $&`);

const breakages: readonly {
  readonly name: string;
  readonly options: Partial<SiteOptions>;
  /** The claims that it breaks; every other holds. */
  readonly breaks: readonly (typeof claims)[number][];
  readonly says?: RegExp;
}[] = [
  {
    name: 'plain HTTP that leads to plain HTTP',
    options: { changeSite: change('return 301 https://', 'return 301 http://') },
    breaks: ['sent on to HTTPS'],
  },
  {
    name: 'plain HTTP that is served',
    options: { changeSite: change('return 301 https://$server_name$request_uri;', 'return 301 /chat;') },
    breaks: ['sent on to HTTPS'],
  },
  {
    name: 'TLS 1.1',
    options: {
      changeSite: change(/ssl_protocols .*;/, 'ssl_protocols TLSv1.1 TLSv1.2; ssl_ciphers HIGH:!aNULL@SECLEVEL=0;'),
    },
    breaks: ['TLS 1.0 and 1.1'],
    says: /TLSv1\.1/,
  },
  ...[
    ['a cipher without encryption', 'eNULL', /no encryption/],
    ['a cipher without authentication', 'aNULL:!eNULL', /no authentication/],
  ].map(([title, cipher, says]) => ({
    name: title as string,
    options: {
      changeSite: change(/ssl_protocols .*;/, `ssl_protocols TLSv1.2; ssl_ciphers HIGH:${cipher}@SECLEVEL=0;`),
    },
    breaks: ['without encryption'] as const,
    says: says as RegExp,
  })),
  {
    name: 'a certificate that has expired',
    options: { certificate: { name, toDays: -1 } },
    breaks: ['the certificate is valid'],
    says: /expired/,
  },
  {
    name: 'a certificate for another name',
    options: { certificate: { name: 'other.example' } },
    breaks: ['the certificate is valid'],
    says: /another name/,
  },
  {
    name: 'a certificate without its chain',
    options: {
      changeSite: (site) => {
        const [, file = ''] = /ssl_certificate (\S+);/.exec(site) ?? [];
        const [leaf] = readFileSync(file, 'utf8').split(/(?<=-----END CERTIFICATE-----\n)/);
        writeFileSync(file, leaf ?? '');
        return site;
      },
    },
    breaks: ['the certificate is valid'],
    says: /chain is incomplete/,
  },
  {
    name: 'no security headers',
    options: { changeSite: (site) => site.replaceAll(/include \S+clawdbot-headers\.conf;/g, '') },
    breaks: ['security headers'],
    says: /strict-transport-security, x-frame-options, x-content-type-options, referrer-policy, content-security-policy/,
  },
  {
    name: 'a location whose own add_header drops the security headers',
    options: { changeSite: location('location = / { add_header X-Page chat; return 204; }') },
    breaks: ['security headers'],
  },
  {
    name: 'a way to /v1 past the gateway',
    options: { changeSite: location('location = /v1/chat/completions { proxy_pass OLLAMA; }') },
    breaks: ['a caller needs a key'],
  },
  {
    name: "Ollama's list of models",
    options: { changeSite: location('location = /api/tags { proxy_pass OLLAMA; }') },
    breaks: ['API of Ollama does not answer'],
  },
  {
    name: 'the API of Ollama under a name of its own',
    options: { changeSite: location('location /llm/ { proxy_pass OLLAMA/; }') },
    breaks: ['API of Ollama does not answer', 'cannot be pulled through Nginx'],
    says: /\/llm\/api\/tags/,
  },
  {
    name: 'pulls of models',
    options: { changeSite: location('location = /api/pull { proxy_pass OLLAMA; }') },
    breaks: ['cannot be pulled through Nginx'],
  },
];

realPart('nginx and Ollama', findProgram('nginx') !== undefined && ollamaAvailable)('ops security on a site', () => {
  const authority = createAuthority();
  const ollamaHome = temporaryFolder('security-ollama');

  /** `ops security` on the shipped site, as changed. */
  async function audit({ changeSite, ...options }: Partial<SiteOptions> = {}) {
    const site = await startSite({
      ...{ authority, ollamaHome, certificate: { name }, ...options },
      changeSite: (text, ollama) => {
        const named = text.replaceAll('server_name localhost;', `server_name ${name};`);
        return changeSite?.(named, ollama) ?? named;
      },
    });
    close = () => site.close();
    const file = join(site.folder, 'ops.yaml');
    const configuration = parse(readFileSync(file, 'utf8'));
    const [, http] = /listen 127\.0\.0\.1:(\d+);/.exec(readFileSync(join(site.folder, 'nginx.conf'), 'utf8')) ?? [];
    configuration.triage.web_ports.push(Number(http));
    writeFileSync(file, stringify(configuration));
    return audited(file, { NODE_EXTRA_CA_CERTS: join(site.folder, 'root.pem') });
  }

  test('the shipped site holds, as its configuration names it', async () => {
    const { row } = await audit();
    const found = claims.map((words) => `${row(words).verdict} ${words}`);
    expect(found).toEqual(claims.map((words) => `ok ${words}`));
  }, 60_000);

  test.each(breakages)(
    'finds, and nothing else: $name',
    async ({ options, breaks, says = /./ }) => {
      const { row } = await audit(options);
      const broken = claims.filter((words) => row(words).verdict !== 'ok');
      expect(broken).toEqual(breaks);
      for (const words of breaks) expect(row(words)).toMatchObject({ verdict: 'broken' });
      expect(row(breaks[0] ?? '').found).toMatch(says);
    },
    60_000,
  );
});
