import { type Labels, labelKey } from '../expression/series.ts';
import type { Severity } from '../rule.ts';

/** The part of a rule that says what explains it. */
interface Caused {
  readonly name: string;
  readonly causedBy?: readonly string[];
}

interface Open {
  readonly id: number;
  readonly rule: string;
  readonly severity: Severity;
  readonly labels: Labels;
  readonly openedAt: number;
  readonly rootId: number | null;
}

const weight: Readonly<Record<Severity, number>> = { critical: 2, warning: 1, info: 0 };

/** Incidents of one rule that open within this time of the first are one fault, such as every GPU of a host. */
const togetherMs = 30_000;

/** Rules that explain a rule, over any number of steps; nearest first. A rule never explains itself. */
export function causesOf(name: string, rules: readonly Caused[]): string[] {
  const byName = new Map(rules.map((rule) => [rule.name, rule]));
  const found = new Set<string>();
  const visit = (rule: string): void => {
    for (const cause of byName.get(rule)?.causedBy ?? []) {
      if (cause === name || found.has(cause)) continue;
      found.add(cause);
      visit(cause);
    }
  };
  visit(name);
  return [...found];
}

/** Whether an incident explains another one: its rule does, and it is no less severe. */
export const explains = (
  cause: Pick<Open, 'rule' | 'severity'>,
  { rule, severity }: Pick<Open, 'rule' | 'severity'>,
  rules: readonly Caused[],
): boolean => causesOf(rule, rules).includes(cause.rule) && weight[cause.severity] >= weight[severity];

/**
 * The incident that explains one that is about to open: one of a rule that causes it, or one of the same rule that
 * opened just now. It is always a root itself, so that a fault is one tree of depth one, and never less severe: a
 * critical fault told as part of a warning would wait for it and be told once.
 */
export function rootOf(
  { rule, severity, labels, openedAt }: Omit<Open, 'id' | 'rootId'>,
  open: readonly Open[],
  rules: readonly Caused[],
): number | null {
  if (severity === 'info') return null;
  const cause = open.find((one) => explains(one, { rule, severity }, rules));
  const sibling = open.find(
    (one) =>
      one.rule === rule &&
      labelKey(one.labels) !== labelKey(labels) &&
      one.rootId === null &&
      Math.abs(openedAt - one.openedAt) <= togetherMs,
  );
  const found = cause ?? sibling;
  return found ? (found.rootId ?? found.id) : null;
}
