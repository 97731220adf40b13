import type { CheckRun } from '../../watch/run.ts';
import { details, type Explained, explain, recorded } from '../check/explain.ts';
import type { CliCommand, CliContext } from '../command.ts';
import { configOption, endpointsOf, readConfiguration } from '../configuration.ts';

/** The exit codes that Nagios and its relatives understand. */
const nagios = { ok: 0, warning: 1, critical: 2, unknown: 3 } as const;

interface Options {
  readonly config?: string;
  readonly list?: boolean;
  readonly json?: boolean;
  readonly explain?: boolean;
}

interface Finding {
  readonly rule: string;
  readonly severity: 'critical' | 'warning' | 'info';
  readonly summary: string;
}

const command: CliCommand = {
  summary: 'run checks once and judge what they measured (exit codes 0 ok, 1 warning, 2 critical, 3 unknown)',
  example: 'ops check gpu certificate',
  build(builder, context) {
    configOption(builder)
      .argument('[names...]', 'checks to run (default: all)')
      .option('--list', 'list the checks and end')
      .option('--explain', 'also print the options in effect, the log, and every sample')
      .option('--json', 'print JSON')
      .action((names: string[], options: Options) => check(names, options, context));
  },
};

async function check(names: readonly string[], options: Options, context: CliContext): Promise<void> {
  const config = await readConfiguration(context, options.config);
  const { planChecks } = await import('../../watch/checks.ts');
  const planned = await planChecks(config.watch.checks);
  const known = planned.map(({ name }) => name);
  const wrong = names.find((name) => !known.includes(name));
  if (wrong !== undefined) {
    const { OpsError } = await import('../../errors.ts');
    throw new OpsError('usage', { message: `no check "${wrong}"; there are ${known.join(', ')}` });
  }
  if (options.list) {
    const listed = planned.map(({ name, check: { summary } }) => ({ name, summary: summary.en }));
    if (options.json) context.stdout.write(`${JSON.stringify(listed)}\n`);
    else for (const { name, summary } of listed) context.stdout.write(`${name.padEnd(17)} ${summary}\n`);
    return;
  }
  const [{ checkRunner }, { systemClock }, { createLog }, { readerZone }] = await Promise.all([
    import('../../watch/run.ts'),
    import('../../clock.ts'),
    import('../../telemetry/log.ts'),
    import('../../zone.ts'),
  ]);
  const shared = {
    endpoints: endpointsOf(config),
    stop: new AbortController().signal,
    clock: systemClock,
    timezone: readerZone(config.alerts.timezone),
    stored: () => [],
  };
  const chosen = planned.filter(({ name }) => names.length === 0 || names.includes(name));
  const runs = await Promise.all(
    chosen.map(async (one) => {
      const written: string[] = [];
      const keep = { write: (line: string) => void written.push(line) };
      const log = options.explain ? createLog('debug', one.name, keep) : createLog('error', 'check');
      return {
        ...(await checkRunner(one, { ...shared, log }).run()),
        explained: explain(one.config, written, options.explain ? await recorded(one.check, config, context) : []),
      };
    }),
  );
  const findings = await judgeOnce(runs, config.alerts.rules);
  print(runs, findings, options, context);
  context.exit(codeOf(runs, findings));
}

/** What the rules say of one measurement: a rule that has to hold for a while counts at once. */
async function judgeOnce(runs: readonly CheckRun[], overrides: Parameters<typeof import('../../rule.ts').activate>[1]) {
  const [{ activate, formatValue, loadRuleGroups }, { evaluate }, { memorySeries }, { fillText }] = await Promise.all([
    import('../../rule.ts'),
    import('../../expression/evaluate.ts'),
    import('../../expression/memory.ts'),
    import('../../text.ts'),
  ]);
  const now = Date.now();
  const reader = memorySeries(runs.flatMap(({ samples }) => samples));
  const rules = activate(
    (await loadRuleGroups()).flatMap((group) => group.rules),
    overrides,
  );
  return rules.flatMap((rule): Finding[] =>
    evaluate(rule.expression, reader, now).map(({ labels, value }) => ({
      rule: rule.name,
      severity: rule.severity,
      summary: fillText(rule.summary, { ...labels, value: formatValue(value, rule.unit) }).en,
    })),
  );
}

interface ExplainedRun extends CheckRun {
  readonly explained: Explained;
}

function print(
  runs: readonly ExplainedRun[],
  findings: readonly Finding[],
  { json, explain }: Options,
  { stdout }: CliContext,
): void {
  if (json) {
    const checks = runs.map(({ status, samples, explained }) => ({
      ...status,
      samples,
      ...(explain ? explained : {}),
    }));
    stdout.write(`${JSON.stringify({ checks, findings })}\n`);
    return;
  }
  for (const { name, status, samples, explained } of runs) {
    const said = status.reason ?? (samples.length === 0 ? 'nothing to check' : `${samples.length} samples`);
    stdout.write(`${status.reason === null ? '✓' : '?'} ${name.padEnd(17)} ${said}\n`);
    if (explain) stdout.write(details(explained, samples));
  }
  for (const { rule, severity, summary } of findings) stdout.write(`✗ ${severity.padEnd(17)} ${summary} (${rule})\n`);
}

function codeOf(runs: readonly CheckRun[], findings: readonly Finding[]): number {
  if (findings.some(({ severity }) => severity === 'critical')) return nagios.critical;
  if (findings.some(({ severity }) => severity === 'warning')) return nagios.warning;
  return runs.some(({ status }) => status.reason !== null) ? nagios.unknown : nagios.ok;
}

export default command;
