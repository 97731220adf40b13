import { exitCode } from '../../errors.ts';
import { withoutUserInfo } from '../../text.ts';
import type { CliCommand } from '../command.ts';
import { configOption, configurationFile, readConfiguration } from '../configuration.ts';

const secretNames = /key|password|secret|token/i;

const command: CliCommand = {
  summary: 'check or print the configuration',
  example: 'ops config check --config /etc/clawdbot-ops/ops.yaml',
  build(builder, context) {
    configOption(builder.command('check'))
      .description('read the configuration as every part would, and list all mistakes')
      .option('--json', 'print JSON')
      .action(async ({ config, json }: { config?: string; json?: boolean }) => {
        const { planChecks } = await import('../../watch/checks.ts');
        const { planRules } = await import('../../watch/rules.ts');
        const { alerts, gateway, notify, watch } = await readConfiguration(context, config);
        await planChecks(watch.checks);
        await planRules(alerts.rules);
        const file = configurationFile(config, context.env) ?? null;
        const warnings = [
          ...(notify.email ? [] : ['notify.email is not set: NOBODY IS MAILED when something breaks']),
          ...(gateway.auth.enabled && gateway.auth.valid_keys.length === 0
            ? ['gateway.auth.valid_keys is empty: every request is refused with 401; create one with: ops keys create']
            : []),
          ...(gateway.auth.valid_keys.some((key) => typeof key === 'string')
            ? ['gateway.auth.valid_keys holds plain keys; prefer {id, sha256} as printed by: ops keys create']
            : []),
        ];
        if (json) context.stdout.write(`${JSON.stringify({ file, valid: true, warnings })}\n`);
        else {
          context.stdout.write(`${file ?? 'defaults (no file)'}: valid\n`);
          for (const warning of warnings) context.stdout.write(`warning: ${warning}\n`);
        }
        context.exit(exitCode.fine);
      });
    configOption(builder.command('print'))
      .description('print the effective configuration as JSON, secrets masked')
      .action(async ({ config }: { config?: string }) => {
        const effective = await readConfiguration(context, config);
        context.stdout.write(`${JSON.stringify(effective, mask, 2)}\n`);
      });
  },
};

function mask(name: string, value: unknown): unknown {
  if (name === 'header_key' || !secretNames.test(name))
    return typeof value === 'string' ? withoutUserInfo(value) : value;
  if (Array.isArray(value)) return value.map((item) => (typeof item === 'string' ? '***' : item));
  return typeof value === 'string' && !name.endsWith('_file') ? '***' : value;
}

export default command;
