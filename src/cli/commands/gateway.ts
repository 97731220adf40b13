import type { Gateway } from '../../../gateway/main.ts';
import type { CliCommand } from '../command.ts';
import { configOption, configurationFile, readConfiguration } from '../configuration.ts';

interface Options {
  readonly config?: string;
  readonly listen?: string;
  readonly metricsListen?: string;
}

/** Ctrl-C may arrive twice at once, from the terminal and from npm: only a later one means "now". */
const secondSignalAfterMs = 1000;

const command: CliCommand = {
  summary: 'Run the OpenAI-compatible gateway in front of Ollama',
  example: 'ops gateway --config /etc/qwen-gateway/config.yaml',
  build(command, context) {
    configOption(command)
      .option('--listen <address>', 'address of the API, such as :18789')
      .option('--metrics-listen <address>', 'address of /metrics and /inflight, such as 127.0.0.1:9464')
      .action(async ({ config, listen, metricsListen }: Options) => {
        const flags = { 'gateway.listen': listen, 'gateway.metrics_listen': metricsListen };
        const file = configurationFile(config, context.env);
        const load = async () => {
          const { gateway, telemetry } = await readConfiguration(context, file, flags);
          return { gateway, telemetry };
        };
        const current = await load();
        const { startGateway } = await import('../../../gateway/main.ts');
        const { changedPaths } = await import('../../config/changes.ts');
        const { watchConfiguration } = await import('../../config/reload.ts');
        const { createLog } = await import('../../telemetry/log.ts');
        const log = createLog(current.gateway.log_level, 'gateway');
        const gateway = await startGateway({ config: current.gateway, telemetry: current.telemetry, log });
        const watched = watchConfiguration({
          ...{ file, current, load, log, metrics: gateway.metrics },
          apply: (next) => [
            ...gateway.reload(next.gateway),
            ...changedPaths(current.telemetry, next.telemetry, 'telemetry'),
          ],
          onSighup: () => gateway.reopenLogs(),
        });
        await untilStopped(gateway);
        watched.close();
        if (process.connected) process.disconnect();
      });
  },
};

export default command;

/** Ends the gateway on SIGTERM, SIGINT, or when the parent process that started it is gone. */
function untilStopped(gateway: Gateway): Promise<void> {
  return new Promise((resolve, reject) => {
    let asked: number | undefined;
    const stop = () => {
      const now = asked !== undefined && performance.now() - asked > secondSignalAfterMs;
      asked ??= performance.now();
      gateway.close({ now }).then(resolve, reject);
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
    if (process.send) process.on('disconnect', stop);
  });
}
