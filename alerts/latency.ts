import { latencyAverage, latencyCanary } from '../src/catalogue/latency.ts';
import {
  and,
  averageOverTime,
  compare,
  countOverTime,
  divide,
  type Expression,
  medianOverTime,
  minimumOverTime,
  number,
  select,
  subtract,
} from '../src/expression/ast.ts';
import type { RuleGroup } from '../src/rule.ts';

const minute = 60_000;
const day = 1440 * minute;
const week = (7 * day) / 1000;

const recorded = select(latencyAverage);
const mean = averageOverTime(recorded, week);
/** A day of points: with fewer the baseline is still being learnt. */
const enough = 96;
/** What nobody feels is no alarm, however even the series; seconds. */
const floor = 0.1;

/** The fastest of an hour: one slow answer among others does not raise it. */
const fastest = minimumOverTime(select(latencyCanary), 3600);
const above = (baseline: Expression, ratio: number): Expression =>
  compare(subtract(divide(fastest, baseline), number(1)), '>', number(ratio));

const group: RuleGroup = {
  name: 'latency',
  records: [
    {
      record: latencyAverage,
      expression: averageOverTime(select(latencyCanary), 900),
      every: 15 * minute,
      keep: 8 * day,
    },
  ],
  rules: [
    {
      name: 'LatencyAboveBaseline',
      // The median beside the mean: a bad day in the week neither hides nor makes a deviation.
      expression: (threshold) =>
        [
          above(mean, threshold),
          above(medianOverTime(recorded, week), threshold),
          compare(subtract(fastest, mean), '>', number(floor)),
          compare(countOverTime(recorded, week), '>=', number(enough)),
        ].reduce((left, right) => and(left, right), fastest),
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
