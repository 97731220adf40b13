import type { CliCommand } from '../command.ts';

const command: CliCommand = {
  summary: 'write the Grafana boards and Prometheus rules to a folder',
  example: 'ops dashboards export ./observability',
  build(builder, context) {
    builder
      .command('export')
      .description('copy the generated boards (*.json) and rules (*.yml)')
      .argument('<folder>', 'target folder, created when missing')
      .option('--json', 'print JSON')
      .action(async (folder: string, { json }: { json?: boolean }) => {
        const { exportArtefacts } = await import('../export.ts');
        const files = await exportArtefacts(folder);
        context.stdout.write(json ? `${JSON.stringify({ files })}\n` : files.map((file) => `${file}\n`).join(''));
      });
  },
};

export default command;
