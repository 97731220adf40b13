import { gpuTemperature } from '../../src/catalogue/gpu.ts';
import { compare, number, select } from '../../src/expression/ast.ts';
import type { Labels } from '../../src/expression/series.ts';
import { type ActiveRule, activate, type Rule } from '../../src/rule.ts';
import type { Verdict } from '../../src/watch/evaluate.ts';

const shipped: Rule = {
  name: 'GpuHot',
  expression: (threshold) => compare(select(gpuTemperature), '>', number(threshold)),
  for: 60_000,
  severity: 'warning',
  threshold: 80,
  unit: 'celsius',
  summary: { en: 'GPU at {value} – {uuid}', zh: 'GPU {value} – {uuid}' },
  description: { en: 'GPU {uuid} is above {threshold}.', zh: 'GPU {uuid} 超过 {threshold}。' },
  runbook: 'gpuhot',
  panel: 'gpu-temperature',
  commands: ['nvidia-smi -i {uuid}'],
};

/** A rule in force, as the shipped ones are. */
export function ruleOf(changes: Partial<Rule> = {}): ActiveRule {
  const [rule] = activate([{ ...shipped, ...changes }]);
  if (!rule) throw new Error('no rule');
  return rule;
}

export const holds = (rule: ActiveRule, value = 90, labels: Labels = { uuid: 'GPU-0' }): Verdict => ({
  kind: 'firing',
  rule,
  elements: [{ labels, value }],
});

export const ok = (rule: ActiveRule): Verdict => ({ kind: 'ok', rule });

export const silent = (rule: ActiveRule, blind: boolean): Verdict => ({
  kind: 'no-data',
  rule,
  reason: 'silence',
  blind,
});
