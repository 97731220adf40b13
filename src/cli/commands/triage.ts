import { InvalidArgumentError, Option } from 'commander';
import { type Clock, systemClock } from '../../clock.ts';
import { exitCode, OpsError } from '../../errors.ts';
import { type LogKind, logKinds } from '../../logs/record.ts';
import type { Window } from '../../logs/window.ts';
import { type Language, languages } from '../../text.ts';
import type { CliCommand, CliContext } from '../command.ts';
import { configOption, endpointsOf, readConfiguration } from '../configuration.ts';
import { toDuration, toTime } from '../times.ts';

interface Options {
  readonly config?: string;
  readonly requestId?: string;
  readonly user?: string;
  readonly since?: number;
  readonly at?: number;
  readonly until?: number;
  readonly log: Partial<Record<LogKind, string>>;
  readonly lang?: Language;
  readonly offline?: boolean;
  readonly explain?: boolean;
  readonly json?: boolean;
}

export default {
  summary: 'why is the chat stuck: walks the five-step flowchart, names the cause and the fix',
  example: 'ops triage --since 15m --log gateway-log=/var/log/qwen-gateway.log',
  build(command, context) {
    configOption(command)
      .argument('[request]', 'id of one request: its lines in all logs, and the requests around it')
      .option('--request-id <id>', 'the same')
      .option('--user <user>', 'the requests of one user')
      .option('--since <duration>', 'how far back (default 15m)', toDuration)
      .addOption(
        new Option('--at <time>', 'around this time, five minutes each way').argParser(toTime).conflicts('since'),
      )
      .option('--until <time>', 'end of the window', toTime)
      .option('--log <kind=path>', `another place of a log, repeatable; ${logKinds.join(', ')}`, addLog, {})
      .addOption(new Option('--lang <lang>', 'language (default: notify.language)').choices([...languages]))
      .option('--offline', 'only read logs: ask nothing, send nothing')
      .option('--explain', 'show what was read and explain every finding')
      .option('--json', 'print JSON')
      .action((request: string | undefined, options: Options) => {
        const requestId = request ?? options.requestId;
        return run(requestId === undefined ? options : { ...options, requestId }, context);
      });
  },
} satisfies CliCommand;

async function run(options: Options, context: CliContext): Promise<void> {
  const { triage } = await import('../../triage/triage.ts');
  const { stateFolder } = await import('../../watch/state-folder.ts');
  const configuration = await readConfiguration(context, options.config);
  const language = options.lang ?? configuration.notify.language;
  const { requestId, user } = options;
  const window = windowOf(options, systemClock);
  const diagnosis = await triage({
    config: configuration.triage,
    endpoints: endpointsOf(configuration),
    clock: systemClock,
    stateFolder: stateFolder(configuration.watch.state_dir, context.env),
    logs: options.log,
    offline: options.offline === true,
    ...(window === undefined ? {} : { window }),
    ...(requestId === undefined ? {} : { requestId }),
    ...(user === undefined ? {} : { user }),
  });
  if (options.json) {
    const { diagnosisReport } = await import('../../triage/report.ts');
    context.stdout.write(`${JSON.stringify(diagnosisReport(diagnosis, language), null, 2)}\n`);
  } else {
    const { renderDiagnosis } = await import('../../triage/render.ts');
    const colours = context.stdout.isTTY === true && !context.env['NO_COLOR'];
    context.stdout.write(renderDiagnosis(diagnosis, { language, colours, explain: options.explain === true }));
  }
  const { cause, step } = diagnosis.verdict;
  context.exit(cause === 'unknown' ? exitCode.unknown : step === 0 ? exitCode.fine : exitCode.fault);
}

const aroundMs = 5 * 60_000;
const defaultSinceMs = 15 * 60_000;

function windowOf({ since, at, until, requestId }: Options, clock: Clock): Window | undefined {
  if (at !== undefined) {
    return ordered({ from: at - aroundMs, to: until ?? at + aroundMs, ...(until === undefined ? { focus: at } : {}) });
  }
  if (since === undefined && until === undefined) return undefined;
  const to = until ?? clock.now();
  return ordered({ from: to - (since ?? (requestId === undefined ? defaultSinceMs : 24 * 3_600_000)), to });
}

function ordered(window: Window): Window {
  if (window.from < window.to) return window;
  throw new OpsError('usage', { message: '--until must be later than the start of the window' });
}

function addLog(text: string, logs: Options['log']): Options['log'] {
  const [, kind, path] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  const known = logKinds.find((candidate) => candidate === kind);
  if (known === undefined || path === undefined) {
    throw new InvalidArgumentError(`Expected KIND=PATH with a kind of ${logKinds.join(', ')}.`);
  }
  return { ...logs, [known]: path };
}
