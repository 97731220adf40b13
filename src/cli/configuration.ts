import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { gatewaySchema } from '../../gateway/config.ts';
import { type Configuration, loadConfiguration } from '../config/load.ts';
import type { ListenAddress } from '../config/types.ts';
import type { Endpoints } from '../endpoints.ts';
import { notifySchema } from '../notify/config.ts';
import { pageSchema } from '../page/config.ts';
import { telemetrySchema } from '../telemetry/config.ts';
import { triageSchema } from '../triage/config.ts';
import { alertsSchema, watchSchema } from '../watch/config.ts';
import type { CliContext } from './command.ts';

export const sections = {
  gateway: gatewaySchema,
  watch: watchSchema,
  alerts: alertsSchema,
  notify: notifySchema,
  triage: triageSchema,
  telemetry: telemetrySchema,
  page: pageSchema,
};

export type OpsConfiguration = Configuration<typeof sections>;

const usualFiles = ['ops.yaml', '/etc/clawdbot-ops/ops.yaml', '/etc/qwen-gateway/config.yaml'];

/** Adds `--config FILE`. */
export function configOption(command: Command): Command {
  return command.option('-c, --config <file>', `configuration file (default: the first of ${usualFiles.join(', ')})`);
}

/** The file in use: the flag, `OPS_CONFIG`, or the first usual one that exists. */
export function configurationFile(flag: string | undefined, env: CliContext['env']): string | undefined {
  return flag ?? env['OPS_CONFIG'] ?? usualFiles.find((path) => existsSync(path));
}

/** Reads the whole configuration for a command; `flags` are values by path, such as `gateway.listen`. */
export function readConfiguration(
  context: CliContext,
  file: string | undefined,
  flags: Readonly<Record<string, unknown>> = {},
): Promise<OpsConfiguration> {
  return loadConfiguration(sections, { file: configurationFile(file, context.env), env: context.env, flags });
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
