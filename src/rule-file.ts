import { stringify } from 'yaml';
import type { Unit } from './catalogue/metric.ts';
import { formatDuration } from './duration.ts';
import { promql } from './expression/promql.ts';
import { type ActiveRule, activate, formatValue, type RuleGroup, type RuleOverride } from './rule.ts';
import { fill } from './text.ts';

export interface RuleLinks {
  /** Page of the runbook; a rule's anchor is appended. */
  readonly runbook: string;
  /** Address of a panel by its key. */
  readonly panel: (key: string) => string;
}

/** The `groups` of a Prometheus rule file, with the runbook and dashboard link of every rule. */
export function ruleFile(
  groups: readonly RuleGroup[],
  links: RuleLinks,
  overrides: Readonly<Record<string, RuleOverride>> = {},
): string {
  const rendered = groups.flatMap(({ name, records = [], rules }) => [
    ...records.map(({ record, expression, labels, every }) => ({
      name: [name, record.name, ...Object.values(labels ?? {})].join('-'),
      interval: formatDuration(every),
      rules: [{ record: record.name, expr: promql(expression), ...(labels ? { labels } : {}) }],
    })),
    { name, rules: activate(rules, overrides).map((rule) => entry(rule, links)) },
  ]);
  return stringify({ groups: rendered }, { lineWidth: 0 });
}

function entry(rule: ActiveRule, { runbook, panel }: RuleLinks): Record<string, unknown> {
  return {
    alert: rule.name,
    expr: promql(rule.expression),
    ...(rule.for > 0 ? { for: formatDuration(rule.for) } : {}),
    ...(rule.keepFiring ? { keep_firing_for: formatDuration(rule.keepFiring) } : {}),
    labels: { severity: rule.severity },
    annotations: {
      summary: template(rule.summary.en, rule),
      description: template(rule.description.en, rule),
      runbook_url: `${runbook}#${rule.runbook}`,
      dashboard_url: panel(rule.panel),
    },
  };
}

const valueTemplates: Partial<Record<Unit, string>> = {
  ratio: '{{ $value | humanizePercentage }}',
  bytes: '{{ $value | humanize1024 }}B',
  seconds: '{{ $value | humanizeDuration }}',
};

/** Our `{placeholder}` texts in Prometheus' template language. */
function template(text: string, { unit, threshold }: ActiveRule): string {
  const own = {
    value: valueTemplates[unit] ?? '{{ $value | humanize }}',
    threshold: threshold === null ? '' : formatValue(threshold, unit),
  };
  return fill(text, own).replace(/(?<!\{)\{(\w+)\}(?!\})/g, '{{ $$labels.$1 }}');
}
