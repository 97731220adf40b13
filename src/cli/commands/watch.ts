import type { CliCommand } from '../command.ts';
import { configOption, configurationFile, endpointsOf, readConfiguration } from '../configuration.ts';

const collectEveryMs = 120_000;

const command: CliCommand = {
  summary: 'run the checks, evaluate the alert rules, and mail incidents',
  example: 'ops watch --config /etc/clawdbot-ops/ops.yaml',
  build(builder, context) {
    configOption(builder).action(async ({ config: file }: { config?: string }) => {
      const config = await readConfiguration(context, file);
      const [
        { hostname },
        { systemClock },
        { startPage },
        { createLog },
        { startWatch },
        { stateFolder },
        { onStopSignal },
        { followConfiguration },
      ] = await Promise.all([
        import('node:os'),
        import('../../clock.ts'),
        import('../../page/server.ts'),
        import('../../telemetry/log.ts'),
        import('../../watch/main.ts'),
        import('../../watch/state-folder.ts'),
        import('../signals.ts'),
        import('../watch-reload.ts'),
      ]);
      const log = createLog(config.gateway.log_level, 'watch');
      const stateDir = stateFolder(config.watch.state_dir, context.env);
      const endpoints = endpointsOf(config);
      // Triage is loaded when it is first asked: an idle watch does without its 9 MB.
      const diagnose = async () => {
        const { triage } = await import('../../triage/triage.ts');
        return triage({ config: config.triage, endpoints, clock: systemClock, stateFolder: stateDir });
      };
      const watch = await startWatch({ config, endpoints, stateDir, host: hostname(), log, diagnose });
      const page = await startPage(watch, { config: config.page, diagnose }).catch(async (error: unknown) => {
        await watch.close();
        throw error;
      });
      const path = configurationFile(file, context.env);
      const load = () => readConfiguration(context, path);
      followConfiguration(watch, { file: path, current: config, load, log });
      // The ops page reads the watch and is closed before it.
      const parts = [page, watch];
      log.info({ state_dir: stateDir }, 'watching');
      // Left alone V8 lets garbage gather until the heap is a third larger.
      setInterval(() => globalThis.gc?.(), collectEveryMs).unref();
      onStopSignal(() => {
        log.info('stopping');
        const closing = parts.reduce((before, part) => before.then(() => part.close()), Promise.resolve());
        closing
          .catch((error: unknown) => log.error({ err: error }, 'could not stop cleanly'))
          .then(() => process.exit());
      });
    });
  },
};

export default command;
