import { Option } from 'commander';
import { exitCode, OpsError, reasonOf } from '../../errors.ts';
import type { AuditRow } from '../../security/audit.ts';
import type { AuditReport } from '../../security/report.ts';
import { type Language, languages } from '../../text.ts';
import type { CliCommand, CliContext } from '../command.ts';
import {
  configOption,
  configurationFile,
  endpointsOf,
  type OpsConfiguration,
  readConfiguration,
} from '../configuration.ts';
import { loginPort } from '../login-port.ts';

const signs = { ok: '✓', broken: '✗', unknown: '?' } as const;

/** Characters of a line. */
const width = 80;

/** For each attempt. */
const timeoutMs = 5000;

type Row = AuditReport['claims'][number];
type Wrap = typeof import('../../triage/terminal.ts').wrap;

interface Options {
  readonly config?: string;
  readonly keyFile?: string;
  readonly from?: string;
  readonly lang?: Language;
  readonly json?: boolean;
}

const command: CliCommand = {
  summary: 'try what the four layers L1–L4 claim (exit codes 0 all hold, 1 one is broken, 3 one cannot be told)',
  example: 'ops security --json',
  build(builder, context) {
    configOption(builder)
      .option(
        '--key-file <file>',
        'file with a valid key of the gateway (default: the first plain one of the configuration)',
      )
      .option('--from <host>', 'also ask another machine, by ssh, what it reaches of this one')
      .addOption(new Option('--lang <lang>', 'language (default: notify.language)').choices([...languages]))
      .option('--json', 'print JSON')
      .action((options: Options) => security(options, context));
  },
};

async function security({ config, keyFile, from, lang, json }: Options, context: CliContext): Promise<void> {
  const configuration = await readConfiguration(context, config);
  const [{ audit }, { auditReport }, { ownAddresses }, { wrap }] = await Promise.all([
    import('../../security/audit.ts'),
    import('../../security/report.ts'),
    import('../../probes/own-addresses.ts'),
    import('../../triage/terminal.ts'),
  ]);
  const { auth, whitelist, limits } = configuration.gateway;
  const { web_ports } = configuration.triage;
  const site = await publicSite(configuration.triage);
  const { email, webhook } = configuration.notify;
  const openPorts = [22, ...loginPort(context.env), ...web_ports];
  const https = site === undefined ? 443 : Number(new URL(site.base).port) || 443;
  const rows = await audit({
    ...endpointsOf(configuration),
    auth: { header: auth.header_key, keys: auth.valid_keys, key: await validKey(keyFile, auth.valid_keys) },
    whitelist,
    maxPromptChars: limits.max_prompt_chars,
    site,
    httpPort: web_ports.find((port) => port !== https),
    files: [
      configurationFile(config, context.env),
      configuration.page.token_file,
      email?.smtp.password_file,
      webhook?.secret_file,
    ].filter((file) => file !== undefined),
    addresses: ownAddresses(),
    openPorts,
    outside: from === undefined ? undefined : await askOutside(from, configuration, site?.base, openPorts),
    timeoutMs,
  });
  const { claims } = auditReport(rows, lang ?? configuration.notify.language);
  context.stdout.write(json ? `${JSON.stringify({ claims })}\n` : claims.map((row) => lines(row, wrap)).join(''));
  context.exit(codeOf(rows));
}

/** Every port that listens for others or belongs to this installation, on every address under which this machine is known. */
async function askOutside(
  host: string,
  configuration: OpsConfiguration,
  site: string | undefined,
  openPorts: readonly number[],
) {
  if (!/^[\w.@:[\]%-]+$/.test(host) || host.startsWith('-')) {
    throw new OpsError('usage', {
      message: `--from: expected a host as ssh takes it, such as ops@203.0.113.9, got "${host}"`,
    });
  }
  const [{ viewFrom }, { hostOf }, { listeningSockets }, { ownAddresses }] = await Promise.all([
    import('../../security/outside.ts'),
    import('../../security/site.ts'),
    import('../../probes/sockets.ts'),
    import('../../probes/own-addresses.ts'),
  ]);
  const { gateway, gatewayMetrics, ollama, page } = endpointsOf(configuration);
  const own = [gateway, gatewayMetrics, ...ollama, page].map((url) => Number(new URL(url).port) || 80);
  const listening = (await listeningSockets()) ?? [];
  const others = listening.filter(({ loopback }) => !loopback).map(({ port }) => port);
  const ports = [...new Set([...openPorts, ...own, ...others])];
  const names =
    site === undefined ? [] : [hostOf(new URL(site))].filter((name) => !/^(?:localhost|127\..*|::1)$/.test(name));
  const addresses = [...new Set([...names, ...ownAddresses()])];
  const targets = addresses.flatMap((address) => ports.map((port) => ({ address, port })));
  return viewFrom(host, targets, timeoutMs);
}

/** Where triage sends its marked request, too. */
async function publicSite({ probe_url, nginx_config }: OpsConfiguration['triage']) {
  const { prefixesOf, readNginxConfig, siteOf } = await import('../../triage/evidence/nginx-config.ts');
  const text = await readNginxConfig(nginx_config, timeoutMs);
  const site = siteOf(probe_url, text);
  return site && { ...site, prefixes: prefixesOf(text) };
}

async function validKey(file: string | undefined, keys: readonly (string | object)[]): Promise<string | undefined> {
  if (file === undefined) return keys.find((key) => typeof key === 'string');
  const { readFile } = await import('node:fs/promises');
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (cause) {
    throw new OpsError('file_unreadable', { path: file, reason: reasonOf(cause) }, { cause });
  }
}

function lines({ layer, claim, verdict, found, fix }: Row, wrap: Wrap): string {
  const details = [found, ...(fix === null ? [] : [`→ ${fix}`])];
  const rows = details.flatMap((text) => wrap(text, '     ', width));
  return [`${signs[verdict]} ${layer} ${claim}`, ...rows, ''].join('\n');
}

function codeOf(rows: readonly AuditRow[]): number {
  if (rows.some(({ verdict }) => verdict === 'broken')) return exitCode.fault;
  return rows.some(({ verdict }) => verdict === 'unknown') ? exitCode.unknown : exitCode.fine;
}

export default command;
