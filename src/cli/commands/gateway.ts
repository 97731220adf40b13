import type { Gateway } from '../../../gateway/main.ts';
import type { CliCommand } from '../command.ts';
import { configOption, readConfiguration } from '../configuration.ts';

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
        const configuration = await readConfiguration(context, config, flags);
        const { startGateway } = await import('../../../gateway/main.ts');
        const gateway = await startGateway({ config: configuration.gateway, telemetry: configuration.telemetry });
        await untilStopped(gateway);
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
