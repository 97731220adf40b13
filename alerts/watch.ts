import { checkSuccess } from '../src/catalogue/watch.ts';
import { compare, number, select } from '../src/expression/ast.ts';
import type { RuleGroup } from '../src/rule.ts';

const group: RuleGroup = {
  name: 'watch',
  rules: [
    {
      name: 'CheckFailing',
      expression: () => compare(select(checkSuccess), '==', number(0)),
      for: 300_000,
      severity: 'warning',
      unit: 'state',
      summary: { en: 'no data: the check {check} fails', zh: '无数据:检查 {check} 失败' },
      description: {
        en: 'The check {check} gives no samples, so nothing watches what it measures.',
        zh: '检查 {check} 没有产生数据,其监测的对象处于无人看守状态。',
      },
      runbook: 'checkfailing',
      panel: 'checks-failing',
      commands: ['ops check {check}'],
    },
  ],
};

export default group;
