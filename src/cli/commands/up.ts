import type { CliCommand } from '../command.ts';
import { configOption, configurationFile, readConfiguration } from '../configuration.ts';

const command: CliCommand = {
  summary: 'run gateway and watch as two supervised processes, for one box without systemd or compose',
  example: 'ops up --config /etc/clawdbot-ops/ops.yaml',
  build(builder, context) {
    configOption(builder).action(async ({ config }: { config?: string }) => {
      const { superviseChildren } = await import('../children.ts');
      const { onStopSignal } = await import('../signals.ts');
      const { createLog } = await import('../../telemetry/log.ts');
      const { gateway } = await readConfiguration(context, config);
      const file = configurationFile(config, context.env);
      const args = file === undefined ? [] : ['--config', file];
      const children = superviseChildren(
        [
          { name: 'gateway', args, output: 'inherit' },
          { name: 'watch', args, output: 'inherit' },
        ],
        createLog(gateway.log_level, 'up'),
      );
      onStopSignal(() => void children.stop());
      process.on('SIGHUP', () => children.reload());
      context.exit(await children.ended);
    });
  },
};

export default command;
