import { exitCode } from '../../errors.ts';
import type { CliCommand } from '../command.ts';
import { configOption, endpointsOf, readConfiguration } from '../configuration.ts';

const parts = ['gateway', 'watch'] as const;

const command: CliCommand = {
  summary: 'say whether gateway and watch run',
  example: 'ops status --json',
  build(builder, context) {
    configOption(builder)
      .argument('[part]', `only one of: ${parts.join(', ')}`)
      .option('--json', 'print JSON')
      .action(async (part: string | undefined, { config, json }: { config?: string; json?: boolean }) => {
        const { OpsError } = await import('../../errors.ts');
        if (part !== undefined && !parts.some((name) => name === part)) {
          throw new OpsError('usage', { message: `part: expected one of ${parts.join(', ')}, got "${part}"` });
        }
        const { gateway, page } = endpointsOf(await readConfiguration(context, config));
        const addresses = { gateway: `${gateway}/health`, watch: `${page}/health` };
        const asked = parts.filter((name) => part === undefined || name === part);
        const states = await Promise.all(
          asked.map(async (name) => ({ part: name, address: addresses[name], up: await answers(addresses[name]) })),
        );
        if (json) context.stdout.write(`${JSON.stringify({ parts: states })}\n`);
        else
          for (const { part: name, address, up } of states)
            context.stdout.write(`${up ? '✓' : '✗'} ${name}  ${address}\n`);
        context.exit(states.every(({ up }) => up) ? exitCode.fine : exitCode.fault);
      });
  },
};

async function answers(address: string): Promise<boolean> {
  try {
    return (await fetch(address, { signal: AbortSignal.timeout(2000) })).ok;
  } catch {
    // Refused, reset or silent: all of them mean that it is not up.
    return false;
  }
}

export default command;
