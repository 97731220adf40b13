import { nearest } from '../config/nearest.ts';
import { OpsError } from '../errors.ts';
import { type ActiveRule, activate, loadRuleGroups, type RuleOverride } from '../rule.ts';

/**
 * The rules in force: those of `alerts/`, changed by `alerts.rules`.
 *
 * @throws OpsError `config_invalid` that names every override of a rule that does not exist.
 */
export async function planRules(overrides: Readonly<Record<string, RuleOverride>>): Promise<ActiveRule[]> {
  const rules = (await loadRuleGroups()).flatMap((group) => group.rules);
  const names = rules.map(({ name }) => name);
  const issues = Object.keys(overrides)
    .filter((name) => !names.includes(name))
    .map((name) => `  alerts.rules.${name}: unknown rule${nearest(name, names)}; there are ${names.join(', ')}`);
  if (issues.length > 0) {
    const count = issues.length === 1 ? '1 mistake' : `${issues.length} mistakes`;
    throw new OpsError('config_invalid', { path: 'alerts.rules', count, issues: issues.join('\n') });
  }
  return activate(rules, overrides);
}
