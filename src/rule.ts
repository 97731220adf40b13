import type { Metric, Unit } from './catalogue/metric.ts';
import { discover } from './discover.ts';
import type { Expression } from './expression/ast.ts';
import type { Text } from './text.ts';

export type Severity = 'critical' | 'warning' | 'info';

/** One alert rule, written once: the watch evaluates it, Prometheus gets it as a rule file. */
export interface Rule {
  /** CamelCase noun and condition, such as `GpuMemoryHigh`. */
  readonly name: string;
  /** Holds while the alert does; given the threshold in force, 0 for a rule without one. */
  readonly expression: (threshold: number) => Expression;
  /** Milliseconds that the expression must hold at every evaluation. */
  readonly for: number;
  /** Milliseconds that it goes on firing after the expression ceased to hold; 0 unless given. */
  readonly keepFiring?: number;
  readonly severity: Severity;
  /** Mailed although it is info, once for each label set in its life; nobody is told of its end. */
  readonly mailedOnce?: boolean;
  /** Rules whose incident explains this one: while it is open, this one is told as its consequence. */
  readonly causedBy?: readonly string[];
  readonly threshold?: number;
  /** What the value of the expression measures; decides how it is written. */
  readonly unit: Unit;
  /** `{value}`, `{threshold}` and `{label}` are filled in. */
  readonly summary: Text;
  readonly description: Text;
  /** Anchor in docs/runbook.md. */
  readonly runbook: string;
  /** Key of the panel that shows it. */
  readonly panel: string;
  /** What to run first. */
  readonly commands: readonly string[];
}

/** A series that both engines derive and keep, for windows that are longer than raw samples are kept. */
export interface RecordingRule {
  /** A gauge with the labels of the expression. */
  readonly record: Metric;
  readonly expression: Expression;
  /** Added to each of its series. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Milliseconds between two of its points. */
  readonly every: number;
  /** Milliseconds that its points are kept. */
  readonly keep: number;
}

export interface RuleGroup {
  readonly name: string;
  readonly records?: readonly RecordingRule[];
  readonly rules: readonly Rule[];
}

/** What an operator may change of a rule; `for` in milliseconds. */
export interface RuleOverride {
  readonly for?: number | undefined;
  readonly threshold?: number | undefined;
  readonly severity?: Severity | undefined;
  readonly enabled?: boolean;
}

/** A rule with its overrides applied. */
export interface ActiveRule extends Omit<Rule, 'expression' | 'threshold'> {
  readonly expression: Expression;
  readonly threshold: number | null;
}

/** Every rule group of `alerts/`, in the order of the file names. */
export async function loadRuleGroups(): Promise<RuleGroup[]> {
  const units = await discover<RuleGroup>(new URL('../alerts/', import.meta.url));
  return units.map(({ unit }) => unit);
}

/** The rules in force: shipped values, changed by the operator's overrides; disabled ones are left out. */
export function activate(rules: readonly Rule[], overrides: Readonly<Record<string, RuleOverride>> = {}): ActiveRule[] {
  return rules
    .filter(({ name }) => overrides[name]?.enabled !== false)
    .map((rule) => {
      const override = overrides[rule.name] ?? {};
      const threshold = override.threshold ?? rule.threshold;
      return {
        ...rule,
        expression: rule.expression(threshold ?? 0),
        threshold: threshold ?? null,
        for: override.for ?? rule.for,
        severity: override.severity ?? rule.severity,
      };
    });
}

/** A value with its unit, as a person writes it: `96 %`, `21.5 GiB`, `84 °C`, `3 h`. */
export function formatValue(value: number, unit: Unit): string {
  const short = (scaled: number): string => String(Number(scaled.toPrecision(3)));
  switch (unit) {
    case 'ratio':
      return `${short(value * 100)} %`;
    case 'bytes':
      return `${short(value / 1024 ** 3)} GiB`;
    case 'celsius':
      return `${short(value)} °C`;
    case 'watts':
      return `${short(value)} W`;
    case 'seconds':
      return `${short(value)} s`;
    default:
      return short(value);
  }
}
