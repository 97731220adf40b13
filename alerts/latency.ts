import { firing } from '../src/alert-series.ts';
import {
  latencyAverage,
  latencyBaseline,
  latencyCanary,
  latencyDeviation,
  latencyLearned,
} from '../src/catalogue/latency.ts';
import {
  and,
  averageOverTime,
  compare,
  countOverTime,
  divide,
  type Expression,
  medianOverTime,
  minimumOverTime,
  multiply,
  number,
  or,
  select,
  subtract,
  upperQuartileOverTime,
} from '../src/expression/ast.ts';
import type { RuleGroup } from '../src/rule.ts';

const minute = 60_000;
const day = 1440 * minute;
const week = (7 * day) / 1000;

const recorded = select(latencyAverage);
const mean = averageOverTime(recorded, week);
const median = medianOverTime(recorded, week);
const upperQuartile = upperQuartileOverTime(recorded, week);
const learned = countOverTime(recorded, week);
/** A day of points: with fewer the baseline is still being learnt. */
const enough = number(96);
/** What nobody feels is no alarm, however even the series; seconds. */
const floor = number(0.1);

/** The fastest of an hour: one slow answer among others does not raise it. */
const fastest = minimumOverTime(select(latencyCanary), 3600);
const deviation = (baseline: Expression): Expression => subtract(divide(fastest, baseline), number(1));
const all = (first: Expression, ...more: readonly Expression[]): Expression =>
  more.reduce((left, right) => and(left, right), first);

/** Begins at the threshold. The median beside the mean: a bad day in the week neither hides nor makes a deviation. */
const begins = (threshold: number): Expression =>
  all(
    compare(deviation(mean), '>', number(threshold)),
    compare(deviation(median), '>', number(threshold)),
    compare(subtract(fastest, mean), '>', floor),
    // What a quarter of the points exceed: for an even spread the median absolute deviation.
    compare(subtract(fastest, median), '>', multiply(number(3), subtract(upperQuartile, median))),
    compare(learned, '>=', enough),
  );

/** Ends at half of it: a slow stretch creeps into its own mean, and would end its own alarm. */
const lasts = (threshold: number): Expression =>
  and(compare(deviation(mean), '>', number(threshold / 2)), firing(name), ['model']);

const name = 'LatencyAboveBaseline';
const keep = { every: minute, keep: 8 * day };

const group: RuleGroup = {
  name: 'latency',
  records: [
    {
      record: latencyAverage,
      expression: averageOverTime(select(latencyCanary), 900),
      every: 15 * minute,
      keep: 8 * day,
    },
    { record: latencyBaseline, labels: { stat: 'mean' }, expression: mean, ...keep },
    { record: latencyBaseline, labels: { stat: 'median' }, expression: median, ...keep },
    { record: latencyBaseline, labels: { stat: 'upper_quartile' }, expression: upperQuartile, ...keep },
    { record: latencyDeviation, expression: and(deviation(mean), compare(learned, '>=', enough)), ...keep },
    { record: latencyLearned, expression: compare(learned, '<', enough), ...keep },
  ],
  rules: [
    {
      name,
      expression: (threshold) => and(fastest, or(begins(threshold), lasts(threshold))),
      // After a silence the hour holds one answer only: two more have to be slow.
      for: 30 * minute,
      keepFiring: 60 * minute,
      severity: 'warning',
      threshold: 0.3,
      unit: 'seconds',
      summary: {
        en: '{model} takes {value} for the canary, far above its average of seven days',
        zh: '{model} 的探测对话耗时 {value},远高于其七日均值',
      },
      description: {
        en: 'For more than an hour every canary of {model} was slower than its average and its median of seven days by more than the threshold of this rule.',
        zh: '一个多小时以来,{model} 的每次探测对话都比其七日均值与中位数慢,且超出本规则的阈值。',
      },
      runbook: 'latencyabovebaseline',
      panel: 'latency-baseline',
      commands: ['ops check latency-baseline gpu ollama', 'ops triage'],
    },
  ],
};

export default group;
