import type { Command } from 'commander';
import { formatDuration, parseDuration } from '../../duration.ts';
import { OpsError } from '../../errors.ts';
import { stateFolder } from '../../watch/state-folder.ts';
import type { CliContext } from '../command.ts';
import { configOption, readConfiguration } from '../configuration.ts';
import { pairs } from './words.ts';

export function buildReplay(builder: Command, context: CliContext): void {
  configOption(builder)
    .description('say what the rules in force would have said of the samples that watch has kept')
    .option('--since <duration>', 'how far back', '6h')
    .option('--json', 'print JSON')
    .action(
      async ({
        config: file,
        json,
        since,
      }: {
        readonly config?: string;
        readonly json?: boolean;
        readonly since: string;
      }) => {
        const ms = parseDuration(since);
        if (!ms) throw new OpsError('usage', { message: `--since: expected a duration such as 6h, got "${since}"` });
        const [{ replay }, { keptFor }, { planRules }, { openSamplesToRead }, config] = await Promise.all([
          import('../../watch/replay.ts'),
          import('../../watch/retention.ts'),
          import('../../watch/rules.ts'),
          import('../../store/samples.ts'),
          readConfiguration(context, file),
        ]);
        const rules = await planRules(config.alerts.rules);
        const samples = openSamplesToRead(stateFolder(config.watch.state_dir, context.env));
        const to = Date.now();
        const rawSince = to - keptFor(1).raw;
        const found = replay(rules, samples, { from: to - ms, to, rawSince, everyMs: config.alerts.evaluate_every });
        samples.close();
        const events = found.map(({ at, kind, alert: { rule, labels, value } }) => ({
          at,
          kind,
          rule: rule.name,
          labels,
          value,
        }));
        const lines = events.map(
          ({ at, kind, rule, labels }) => `${new Date(at).toISOString()}  ${kind}  ${rule}  ${pairs(labels)}`,
        );
        if (lines.length === 0) lines.push(`nothing would have fired in the last ${formatDuration(ms)}`);
        context.stdout.write(json ? `${JSON.stringify({ events })}\n` : `${lines.join('\n')}\n`);
      },
    );
}
