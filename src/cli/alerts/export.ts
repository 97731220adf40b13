import type { Command } from 'commander';
import type { CliContext } from '../command.ts';
import { configOption, readConfiguration } from '../configuration.ts';

/** `ops alerts export FOLDER`. */
export function buildExport(builder: Command, context: CliContext): void {
  configOption(builder)
    .description('write the rules in force and the configuration of Alertmanager that belongs to them')
    .argument('<folder>', 'target folder, created when missing')
    .option('--json', 'print JSON')
    .action(async (folder: string, { config: file, json }: { readonly config?: string; readonly json?: boolean }) => {
      const [{ exportAlerts }, { alerts, notify }] = await Promise.all([
        import('../export-alerts.ts'),
        readConfiguration(context, file),
      ]);
      const files = await exportAlerts(folder, alerts, notify);
      context.stdout.write(json ? `${JSON.stringify({ files })}\n` : files.map((path) => `${path}\n`).join(''));
    });
}
