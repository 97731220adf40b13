import { setTimeout as sleep } from 'node:timers/promises';
import { parseDuration } from '../../duration.ts';
import { exitCode, OpsError } from '../../errors.ts';
import type { CliCommand, CliContext } from '../command.ts';
import { configOption, endpointsOf, readConfiguration } from '../configuration.ts';

const parts = ['gateway', 'watch'] as const;

interface Options {
  readonly config?: string;
  readonly wait: string;
  readonly json?: boolean;
}

const command: CliCommand = {
  summary: 'say whether gateway and watch run',
  example: 'ops status --wait 30s',
  build(builder, context) {
    configOption(builder)
      .argument('[part]', `only one of: ${parts.join(', ')}`)
      .option('--wait <duration>', 'wait so long until they do, such as after a start', '0s')
      .option('--json', 'print JSON')
      .action((part: string | undefined, options: Options) => status(part, options, context));
  },
};

export default command;

async function status(part: string | undefined, { config, wait, json }: Options, context: CliContext): Promise<void> {
  if (part !== undefined && !parts.some((name) => name === part)) {
    throw new OpsError('usage', { message: `part: expected one of ${parts.join(', ')}, got "${part}"` });
  }
  const waitMs = parseDuration(wait);
  if (waitMs === undefined) {
    throw new OpsError('usage', { message: `--wait: expected a duration such as 30s, got "${wait}"` });
  }
  const { gateway, page } = endpointsOf(await readConfiguration(context, config));
  const addresses = { gateway: `${gateway}/health`, watch: `${page}/health` };
  const asked = parts.filter((name) => part === undefined || name === part);
  const deadline = performance.now() + waitMs;
  const states = await Promise.all(
    asked.map(async (name) => ({
      part: name,
      address: addresses[name],
      up: await answersBefore(deadline, addresses[name]),
    })),
  );
  if (json) context.stdout.write(`${JSON.stringify({ parts: states })}\n`);
  else
    for (const { part: name, address, up } of states) context.stdout.write(`${up ? '✓' : '✗'} ${name}  ${address}\n`);
  context.exit(states.every(({ up }) => up) ? exitCode.fine : exitCode.fault);
}

/** Asks once at least, then every half second. */
async function answersBefore(deadline: number, address: string): Promise<boolean> {
  while (!(await answers(address))) {
    if (performance.now() >= deadline) return false;
    await sleep(500);
  }
  return true;
}

async function answers(address: string): Promise<boolean> {
  try {
    return (await fetch(address, { signal: AbortSignal.timeout(2000) })).ok;
  } catch {
    // Refused, reset or silent: all of them mean that it is not up.
    return false;
  }
}
