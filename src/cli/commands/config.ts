import { exitCode } from '../../errors.ts';
import { withoutUserInfo } from '../../text.ts';
import type { CliCommand } from '../command.ts';
import { configWarnings } from '../config-warnings.ts';
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
        const configuration = await readConfiguration(context, config);
        await planChecks(configuration.watch.checks);
        await planRules(configuration.alerts.rules);
        const file = configurationFile(config, context.env) ?? null;
        const warnings = configWarnings(configuration);
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
