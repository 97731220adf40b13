import { catalogue } from '../../catalogue/index.ts';
import { nearest } from '../../config/nearest.ts';
import { OpsError } from '../../errors.ts';
import { loadRuleGroups } from '../../rule.ts';
import { globOf } from '../../watch/silence.ts';

/**
 * Reads `GpuHot uuid=GPU-*`.
 *
 * @throws OpsError `usage` for matchers that no alert can ever meet: whoever wrote them would believe in the silence.
 */
export async function matchersOf(words: readonly string[]): Promise<Record<string, string>> {
  if (words.length === 0) throw refused('expected the name of a rule or label=value, got none');
  const matchers = Object.fromEntries(
    words.map((word) => {
      const [name = '', ...value] = word.split('=');
      return value.length === 0 ? ['rule', name] : [name, value.join('=')];
    }),
  );
  const labels = ['rule', 'severity', ...catalogue.flatMap((metric) => Object.keys(metric.labels ?? {}))];
  const stray = Object.keys(matchers).find((name) => !labels.includes(name));
  if (stray !== undefined) {
    throw refused(
      `no alert has the label "${stray}"${nearest(stray, labels)}; expected one that ops alerts list shows`,
    );
  }
  const { rule } = matchers;
  const rules = (await loadRuleGroups()).flatMap((group) => group.rules.map(({ name }) => name));
  if (rule !== undefined && !rules.some((name) => globOf(rule).test(name))) {
    throw refused(`no rule is called "${rule}"${nearest(rule, rules)}; there are ${rules.join(', ')}`);
  }
  return matchers;
}

const refused = (what: string): OpsError<'usage'> => new OpsError('usage', { message: `matchers: ${what}` });
