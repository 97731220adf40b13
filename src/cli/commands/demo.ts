import { exitCode, OpsError } from '../../errors.ts';
import type { CliCommand } from '../command.ts';
import type { Stage } from '../demo/stage.ts';
import { portOption } from '../port-option.ts';

interface DemoOptions {
  readonly gatewayPort: number;
  readonly metricsPort: number;
  readonly pagePort: number;
  readonly once?: boolean;
}

const command: CliCommand = {
  summary: 'show it all on stand-ins: chats, a fault, the alert, its mail, the triage',
  example: 'ops demo --page-port 19465',
  build(builder, context) {
    builder
      .option('--gateway-port <port>', 'port of the gateway', portOption('--gateway-port'), 18_789)
      .option('--metrics-port <port>', "port of the gateway's metrics", portOption('--metrics-port'), 9464)
      .option('--page-port <port>', 'port of the ops page', portOption('--page-port'), 9465)
      .option('--once', 'end after the story instead of waiting for Ctrl-C')
      .action(async (options: DemoOptions) => {
        const [{ startStage }, { acts, tellStory }, { createScreen }, { onStopSignal }, { run }] = await Promise.all([
          import('../demo/stage.ts'),
          import('../demo/story.ts'),
          import('../demo/screen.ts'),
          import('../signals.ts'),
          import('../main.ts'),
        ]);
        const stage = await startStage({
          gateway: options.gatewayPort,
          metrics: options.metricsPort,
          page: options.pagePort,
        });
        const stopped = new Promise<void>((resolve) => onStopSignal(resolve));
        const triage = () => run(['triage', '--config', stage.configFile], { ...context, exit: () => {} });
        try {
          const story = tellStory(stage, createScreen(context, acts), triage);
          const told = await Promise.race([story.then(() => true), stopped.then(() => false), childrenGone(stage)]);
          if (told) {
            context.stdout.write(`\nThe fault goes on. Ops page: ${stage.pageUrl}\n`);
            if (!options.once) {
              context.stdout.write('Ctrl-C ends the demo and everything that it started.\n');
              await stopped;
            }
          }
        } finally {
          await stage.close();
        }
        context.exit(exitCode.fine);
      });
  },
};

/** A child that refuses to run ends the demo too. */
async function childrenGone({ children, lastWords }: Stage): Promise<never> {
  await children.ended;
  throw new OpsError('demo_ended', { words: await lastWords() });
}

export default command;
