import type { Check, CheckConfig } from '../../check.ts';
import { formatDuration } from '../../duration.ts';
import type { Sample } from '../../expression/series.ts';
import { stateFolder } from '../../watch/state-folder.ts';
import type { CliContext } from '../command.ts';
import type { OpsConfiguration } from '../configuration.ts';

export interface Explained {
  readonly options: Readonly<Record<string, unknown>>;
  readonly log: readonly Readonly<Record<string, unknown>>[];
  /** What a running watch keeps of it. */
  readonly recorded: readonly Sample[];
}

/** What a run was given and what it said; a key is named and not shown. */
export function explain(config: CheckConfig, written: readonly string[], recorded: readonly Sample[]): Explained {
  const { every, ...rest } = config;
  const options = Object.entries({
    every: every.kind === 'cron' ? every.expression : formatDuration(every.ms),
    ...rest,
  });
  const shown = options.map(([name, value]) => [name, /key|password|token/.test(name) && value ? '***' : value]);
  return { options: Object.fromEntries(shown), log: written.map((line) => JSON.parse(line)), recorded };
}

/** What the rules of a watch on this machine have kept of a check; nothing where none has run. */
export async function recorded(
  check: Check<CheckConfig>,
  { watch }: OpsConfiguration,
  { env }: CliContext,
): Promise<Sample[]> {
  const [{ loadRuleGroups }, { openSamplesToRead }, { recordedOf }] = await Promise.all([
    import('../../rule.ts'),
    import('../../store/samples.ts'),
    import('../../watch/recorded.ts'),
  ]);
  const records = (await loadRuleGroups()).flatMap((group) => group.records ?? []);
  try {
    const samples = openSamplesToRead(stateFolder(watch.state_dir, env));
    try {
      return recordedOf(check, records, samples, Date.now());
    } finally {
      samples.close();
    }
  } catch {
    return [];
  }
}

export function details({ options, log, recorded }: Explained, samples: readonly Sample[]): string {
  const option = ([name, value]: [string, unknown]) => `    ${name}: ${JSON.stringify(value)}`;
  const entry = ({ level, time, name, msg, ...more }: Explained['log'][number]) =>
    `    ${level} ${msg} ${Object.keys(more).length === 0 ? '' : JSON.stringify(more)}`.trimEnd();
  const sample = ({ name, labels, value }: Sample) => {
    const inner = Object.entries(labels).map(([label, text]) => `${label}=${JSON.stringify(text)}`);
    return `    ${name}{${inner.join(',')}} ${value}`;
  };
  const parts = [
    ['options', ...Object.entries(options).map(option)],
    ['log', ...log.map(entry)],
    ['samples', ...samples.map(sample)],
    ['recorded by watch', ...recorded.map(sample)],
  ];
  return parts.map(([title, ...lines]) => `  ${title}:\n${lines.map((line) => `${line}\n`).join('')}`).join('');
}
