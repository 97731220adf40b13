import type { Check, CheckConfig } from '../check.ts';
import { describeIssues } from '../config/issues.ts';
import { nearest } from '../config/nearest.ts';
import { discover } from '../discover.ts';
import { OpsError } from '../errors.ts';

/** A check with its options read. */
export interface PlannedCheck {
  readonly name: string;
  readonly check: Check;
  readonly config: CheckConfig;
}

const folder = new URL('../checks/', import.meta.url);

/**
 * Every check with the options of `watch.checks`; one that is not named there runs on its defaults.
 *
 * @throws OpsError `config_invalid` that lists every mistake with its path.
 */
export async function planChecks(options: Readonly<Record<string, unknown>>): Promise<PlannedCheck[]> {
  const found = await discover<Check>(folder);
  const names = found.map(({ name }) => name);
  const issues = Object.keys(options)
    .filter((name) => !names.includes(name))
    .map((name) => `watch.checks.${name}: unknown check${nearest(name, names)}; there are ${names.join(', ')}`);
  const planned = found.flatMap(({ name, unit: check }): PlannedCheck[] => {
    const input = options[name] ?? {};
    const parsed = check.schema.safeParse(input);
    if (parsed.success) return [{ name, check, config: parsed.data }];
    issues.push(...describeIssues(parsed.error, check.schema, `watch.checks.${name}`, input));
    return [];
  });
  if (issues.length > 0) {
    const count = issues.length === 1 ? '1 mistake' : `${issues.length} mistakes`;
    const text = issues.map((issue) => `  ${issue}`).join('\n');
    throw new OpsError('config_invalid', { path: 'watch.checks', count, issues: text });
  }
  return planned;
}
