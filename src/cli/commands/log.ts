import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../../duration.ts';
import { exitCode, OpsError } from '../../errors.ts';
import { type Grouping, groupings } from '../../logs/top/tally.ts';
import type { Window } from '../../logs/window.ts';
import type { CliCommand, CliContext } from '../command.ts';
import { toTime } from '../times.ts';

interface Options {
  readonly config?: string;
  readonly since?: number;
  readonly until?: number;
  readonly number: number;
  readonly by: Grouping;
  readonly json?: boolean;
}

const nginxConfigMs = 2000;

export default {
  summary: 'count the abnormal requests of yesterday, the most frequent first',
  example: 'ops log top --since 24h --by error /var/log/qwen-gateway.log',
  build(builder, context) {
    buildTop(builder.command('top'), context);
  },
} satisfies CliCommand;

function buildTop(builder: Command, context: CliContext): void {
  builder
    .option('-c, --config <file>', 'configuration file (with logs that are named only for triage.nginx_config)')
    .description('most frequent abnormal requests in audit or Nginx access logs, with their rotated and .gz files')
    .argument('[file...]', 'logs (default: triage.logs.gateway-log)')
    .option('--since <time>', 'a time, or how far back (default: the start of yesterday)', toMoment)
    .option('--until <time>', 'a time, or how far back (default: the end of yesterday; now with --since)', toMoment)
    .option('-n, --number <rows>', 'how many', toRows, 5)
    .addOption(new Option('--by <what>', 'what to count').choices([...groupings]).default('client'))
    .option('--json', 'print JSON')
    .action((files: string[], options: Options) => top(files, options, context));
}

async function top(files: string[], options: Options, context: CliContext): Promise<void> {
  const { topAbnormal } = await import('../../logs/top/top.ts');
  const { renderTop } = await import('../../logs/top/render.ts');
  const question = { window: windowOf(options), by: options.by, rows: options.number };
  const found = await topAbnormal({ ...question, ...(await logsOf(files, options.config, context)) });
  const problems = found.files.filter(({ problem }) => problem !== undefined);
  const [first] = problems;
  if (first && problems.length === found.files.length) {
    throw new OpsError('file_unreadable', { path: first.path, reason: first.problem });
  }
  for (const { path, problem } of problems) context.stderr.write(`ops: ${path}: ${problem}\n`);
  const report = { ...found, window: rfc3339(found.window) };
  context.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : renderTop(found));
  if (first) context.exit(exitCode.unknown);
}

/** The logs that are named, in the formats that Nginx gives them; without a name the gateway's. */
async function logsOf(files: readonly string[], config: string | undefined, context: CliContext) {
  const { readConfiguration } = await import('../configuration.ts');
  const triage = async () => (await readConfiguration(context, config)).triage;
  if (files.length === 0) return { files: [(await triage()).logs['gateway-log']] };
  const { accessFormats, nginxConfigFile } = await import('../../logs/formats/nginx-config.ts');
  const { readNginxConfig } = await import('../../triage/evidence/nginx-config.ts');
  const main = config === undefined ? nginxConfigFile : (await triage()).nginx_config;
  return { files, logFormats: accessFormats(await readNginxConfig(main, nginxConfigMs)) };
}

/** Yesterday in the local time zone, where nothing else is said. */
function windowOf({ since, until }: Options): Window {
  const now = new Date();
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate());
  const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  const from = since ?? yesterday.getTime();
  const to = until ?? (since === undefined ? midnight.getTime() - 1 : now.getTime());
  if (from < to) return { from, to };
  throw new OpsError('usage', { message: '--until must be later than --since' });
}

function toMoment(text: string): number {
  const ago = parseDuration(text);
  return ago === undefined ? toTime(text) : Date.now() - ago;
}

function toRows(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('Expected a number from 1 to 9999.');
  return Number(text);
}

const rfc3339 = ({ from, to }: Window) => ({ from: new Date(from).toISOString(), to: new Date(to).toISOString() });
