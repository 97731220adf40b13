import { jobLastStart, jobPeriod } from '../src/catalogue/watch.ts';
import { compare, divide, number, select, subtract, time } from '../src/expression/ast.ts';
import type { RuleGroup } from '../src/rule.ts';

const group: RuleGroup = {
  name: 'scheduler',
  rules: [
    {
      name: 'SchedulerJobMissed',
      expression: (threshold) =>
        compare(divide(subtract(time, select(jobLastStart)), select(jobPeriod)), '>', number(threshold)),
      // After a sleep the clock is looked at within a minute.
      for: 120_000,
      severity: 'warning',
      threshold: 2.5,
      unit: 'count',
      summary: {
        en: 'the check {check} has not started for {value} periods',
        zh: '检查 {check} 已有 {value} 个周期未启动',
      },
      description: {
        en: 'The check {check} last started more than {threshold} periods ago: nothing watches what it measures, though no run has failed.',
        zh: '检查 {check} 上次启动距今超过 {threshold} 个周期:虽无运行失败,但其监测的对象无人看守。',
      },
      runbook: 'schedulerjobmissed',
      panel: 'jobs-late',
      commands: ['ops check {check}', 'systemctl restart clawdbot-ops-watch'],
    },
  ],
};

export default group;
