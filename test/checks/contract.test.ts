import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { catalogue, watchMetrics } from '../../src/catalogue/index.ts';
import type { Metric } from '../../src/catalogue/metric.ts';
import * as processMetrics from '../../src/catalogue/process.ts';
import * as watch from '../../src/catalogue/watch.ts';
import type { Check } from '../../src/check.ts';
import { discover } from '../../src/discover.ts';
import { OpsError } from '../../src/errors.ts';
import { loadRuleGroups } from '../../src/rule.ts';
import { languages } from '../../src/text.ts';
import { planChecks } from '../../src/watch/checks.ts';
import { repository } from '../support/ops.ts';

const folder = new URL('../../src/checks/', import.meta.url);
const files = readdirSync(join(repository, 'src/checks'));
const checks = await discover<Check>(folder);

async function mistakes(options: Readonly<Record<string, unknown>>): Promise<string> {
  const error = await planChecks(options).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof OpsError)) throw new Error(`a mistake was expected, not ${String(error)}`);
  expect(error.code).toBe('config_invalid');
  return error.message;
}

test('every file of the folder is a check of its name', () => {
  expect(checks.map(({ name }) => `${name}.ts`)).toEqual(files.sort());
});

describe.each(checks.map(({ name, unit }) => [name, unit] as const))('check %s', (name, check) => {
  test('says what it does in every language', () => {
    for (const language of languages) expect(check.summary[language].trim()).not.toBe('');
    expect(check.summary.zh).toMatch(/\p{Script=Han}/u);
  });

  test('declares what it measures, out of the catalogue', () => {
    expect(check.metrics).not.toEqual([]);
    for (const metric of check.metrics) expect(catalogue, metric.name).toContain(metric);
  });

  test('runs on its defaults: every option has one', () => {
    const { every, timeout } = check.schema.parse({});
    expect(timeout).toBeGreaterThan(0);
    // A run must be over before the next one is due.
    if (every.kind === 'interval') expect(timeout).toBeLessThan(every.ms);
  });

  test('takes its schedule as a duration or as cron, and refuses other texts', async () => {
    const scheduled = async (every: string) =>
      (await planChecks({ [name]: { every } })).find((planned) => planned.name === name)?.config.every;
    expect(await scheduled('90s')).toEqual({ kind: 'interval', ms: 90_000 });
    expect(await scheduled('30 8 * * *')).toEqual({ kind: 'cron', expression: '30 8 * * *' });
    expect(await mistakes({ [name]: { every: 'often' } })).toContain(`watch.checks.${name}.every`);
    expect(await mistakes({ [name]: { timeout: 'long' } })).toContain(`watch.checks.${name}.timeout`);
  });

  test('refuses an option that it does not know', async () => {
    expect(await mistakes({ [name]: { tiemout: '5s' } })).toMatch(new RegExp(`watch\\.checks\\.${name}.*tiemout`));
  });
});

test('whatever watch exposes of others is declared by a check', async () => {
  const own = [...Object.values<Metric>(watch), ...Object.values<Metric>(processMetrics)];
  const recorded = (await loadRuleGroups()).flatMap(({ records = [] }) => records.map(({ record }) => record));
  const declared = new Set([...checks.flatMap(({ unit }) => unit.metrics), ...recorded]);
  expect(watchMetrics.filter((metric) => !own.includes(metric) && !declared.has(metric))).toEqual([]);
});

test('all checks are planned, whether they are named in the configuration or not', async () => {
  const planned = await planChecks({ gpu: { command: '/opt/nvidia-smi' } });
  expect(planned.map(({ name }) => name)).toEqual(checks.map(({ name }) => name));
  expect(planned.find(({ name }) => name === 'gpu')?.config).toMatchObject({ command: '/opt/nvidia-smi' });
});

test('a check that does not exist is a mistake, which names the nearest', async () => {
  const text = await mistakes({ gpus: {}, gpu: { every: 'often' } });
  expect(text).toContain('2 mistakes');
  expect(text).toContain('watch.checks.gpus: unknown check');
  expect(text).toMatch(/unknown check[^;]*gpu/);
});
