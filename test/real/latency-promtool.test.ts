import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import latency from '../../alerts/latency.ts';
import { latencyAverage, latencyCanary } from '../../src/catalogue/latency.ts';
import { sampleOf } from '../../src/check.ts';
import { activate } from '../../src/rule.ts';
import { ruleFile } from '../../src/rule-file.ts';
import { openSamples } from '../../src/store/samples.ts';
import { type AlertState, step } from '../../src/watch/alert-state.ts';
import { judge } from '../../src/watch/evaluate.ts';
import { firingSamples } from '../../src/watch/observe.ts';
import { record } from '../../src/watch/recording.ts';
import { temporaryFolder } from '../support/ops.ts';
import { findProgram } from './support/programs.ts';
import { realPart } from './support/require.ts';

const promtool = findProgram('promtool');
const rules = activate(latency.rules);

/** Minutes; promtool evaluates every group at its own distance, so the recording does the same here. */
const canaryEvery = 15;
const evaluateEvery = 4;
const records = (latency.records ?? [])
  .filter(({ record: { name } }) => name === latencyAverage.name)
  .map((one) => ({ ...one, every: evaluateEvery * 60_000 }));

const quarters = (hours: number, value: (run: number) => number): number[] =>
  Array.from({ length: hours * 4 }, (_, run) => value(run));
const noise = (run: number): number => 1 + Math.round(100 * Math.sin(run * run)) / 1000;

/** A day to learn, a slow stretch, its end, a slow answer now and then, and a stretch just below the threshold. */
const seconds = [
  ...quarters(24, noise),
  ...quarters(4, () => 1.7),
  ...quarters(4, noise),
  ...quarters(4, (run) => (run % 3 === 0 ? 9 : 1)),
  ...quarters(4, () => 1.25),
  ...quarters(3, () => 2),
  ...quarters(3, () => 1.35),
  ...quarters(4, () => 1.1),
];
const evaluations = Math.floor((seconds.length * canaryEvery) / evaluateEvery);

interface Expected {
  readonly state: string | undefined;
  readonly recorded: number | undefined;
}

/** What watch says and records at every evaluation. */
function timeline(): Expected[] {
  const store = openSamples(temporaryFolder('latency'));
  store.append(seconds.map((value, run) => sampleOf(latencyCanary, { model: 'm' }, value, run * canaryEvery * 60_000)));
  let state: AlertState = new Map();
  const found = Array.from({ length: evaluations }, (_, index): Expected => {
    const now = index * evaluateEvery * 60_000;
    record(records, store, now);
    state = step(state, judge(rules, store, [], now), now).state;
    store.append(firingSamples([...state.values()], now));
    return {
      state: [...state.values()][0]?.state,
      recorded: store.latest(latencyAverage.name, now - 1)[0]?.value,
    };
  });
  store.close();
  return found;
}

function runPromtool(expected: readonly Expected[]) {
  const folder = temporaryFolder('promtool');
  const checks = expected.flatMap(({ state, recorded }, index) => {
    const eval_time = `${index * evaluateEvery}m`;
    const labels = `ALERTS{alertname="LatencyAboveBaseline", alertstate="${state}", model="m", severity="warning"}`;
    return [
      { expr: 'ALERTS', eval_time, exp_samples: state === undefined ? [] : [{ labels, value: 1 }] },
      {
        expr: latencyAverage.name,
        eval_time,
        exp_samples: recorded === undefined ? [] : [{ labels: `${latencyAverage.name}{model="m"}`, value: recorded }],
      },
    ];
  });
  const input = { series: `${latencyCanary.name}{model="m"}`, values: seconds.join(' ') };
  const tests = [{ interval: `${canaryEvery}m`, input_series: [input], promql_expr_test: checks }];
  const order = [`latency-${latencyAverage.name}`, 'latency'];
  const file = {
    rule_files: ['rules.yml'],
    evaluation_interval: `${evaluateEvery}m`,
    group_eval_order: order,
    tests,
  };
  writeFileSync(join(folder, 'rules.yml'), ruleFile([latency], { runbook: 'runbook', panel: (key) => key }));
  writeFileSync(join(folder, 'test.yml'), stringify(file, { lineWidth: 0, aliasDuplicateObjects: false }));
  const run = spawnSync(promtool ?? 'promtool', ['test', 'rules', join(folder, 'test.yml')], { encoding: 'utf8' });
  return { ok: run.status === 0, output: `${run.stdout}\n${run.stderr}`.slice(0, 3000) };
}

realPart('promtool', promtool !== undefined)('the latency baseline in watch and in Prometheus', () => {
  test('is recorded and judged alike at every evaluation of two days', { timeout: 60_000 }, () => {
    const expected = timeline();
    expect(new Set(expected.map(({ state }) => state))).toEqual(new Set([undefined, 'pending', 'firing']));
    const { ok, output } = runPromtool(expected);
    expect(ok, output).toBe(true);
    const wrong = expected.map((one) => (one.state === 'pending' ? { ...one, state: 'firing' } : one));
    expect(runPromtool(wrong).ok).toBe(false);
  });
});
