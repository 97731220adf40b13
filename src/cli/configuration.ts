import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { Configuration } from '../config/load.ts';
import type { ListenAddress } from '../config/types.ts';
import type { Endpoints } from '../endpoints.ts';
import type { CliContext } from './command.ts';
import type { sections } from './sections.ts';

export type OpsConfiguration = Configuration<typeof sections>;

const usualFiles = ['ops.yaml', '/etc/clawdbot-ops/ops.yaml', '/etc/qwen-gateway/config.yaml'];

/** Who reads the gateway's audit log reads it where the gateway writes it. */
const auditReaders = {
  'triage.logs.gateway-log': 'gateway.audit.file',
  'watch.checks.log.file': 'gateway.audit.file',
} as const;

/** Adds `--config FILE`. */
export function configOption(command: Command): Command {
  return command.option('-c, --config <file>', `configuration file (default: the first of ${usualFiles.join(', ')})`);
}

/** The file in use: the flag, `OPS_CONFIG`, or the first usual one that exists. */
export function configurationFile(flag: string | undefined, env: CliContext['env']): string | undefined {
  return flag ?? env['OPS_CONFIG'] ?? usualFiles.find((path) => existsSync(path));
}

/**
 * Reads the whole configuration for a command; `flags` are values by path, such as `gateway.listen`. The schemas are
 * loaded here: they are most of what a command would load at its start.
 */
export async function readConfiguration(
  context: CliContext,
  file: string | undefined,
  flags: Readonly<Record<string, unknown>> = {},
): Promise<OpsConfiguration> {
  const [{ loadConfiguration }, { sections }] = await Promise.all([
    import('../config/load.ts'),
    import('./sections.ts'),
  ]);
  return loadConfiguration(sections, {
    file: configurationFile(file, context.env),
    env: context.env,
    flags,
    followers: auditReaders,
  });
}

/** Where the parts of this installation answer. */
export function endpointsOf({ gateway, page }: OpsConfiguration): Endpoints {
  return {
    gateway: baseUrl(gateway.listen),
    gatewayMetrics: baseUrl(gateway.metrics_listen),
    ollama: gateway.ollama_api,
    page: baseUrl(page.listen),
  };
}

/** The loopback URL of a listening address that may stand for every address of the machine. */
function baseUrl({ host, port }: ListenAddress): string {
  const reachable = host === undefined || host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}
