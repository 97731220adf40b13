import { jobLastStart, jobMissed, jobOverruns, jobPeriod, samplesBytes } from '../../src/catalogue/watch.ts';
import { divide, increase, select, subtract, time } from '../../src/expression/ast.ts';
import type { Panel } from '../../src/panel.ts';

export const jobsLate: Panel = {
  key: 'jobs-late',
  title: { en: 'Periods since each check started', zh: '距各检查上次启动的周期数' },
  description: {
    en: 'Above 1: late. Above 2.5: the schedule stands still; restart watch and send its log.',
    zh: '大于 1:延迟。大于 2.5:调度停滞;重启 watch 并提交其日志。',
  },
  kind: 'timeseries',
  unit: 'count',
  queries: [{ expression: divide(subtract(time, select(jobLastStart)), select(jobPeriod)), legend: '{check}' }],
};

export const samplesSize: Panel = {
  key: 'samples-bytes',
  title: { en: 'Size of samples.db', zh: 'samples.db 的大小' },
  description: {
    en: 'At 100 MiB the oldest samples go early: a check gives too many series, ops check NAME --explain.',
    zh: '达到 100 MiB 时最早的样本会提前删除:某检查的序列过多,运行 ops check NAME --explain。',
  },
  kind: 'timeseries',
  unit: 'bytes',
  queries: [{ expression: select(samplesBytes), legend: 'samples.db' }],
};

export const jobsLeftOut: Panel = {
  key: 'jobs-left-out',
  title: { en: 'Starts left out in an hour', zh: '每小时遗漏的启动次数' },
  description: {
    en: 'missed: the machine was asleep or busy. overrun: the check takes longer than its period, raise watch.checks.NAME.every.',
    zh: 'missed:机器休眠或繁忙。overrun:检查耗时超过周期,调大 watch.checks.NAME.every。',
  },
  kind: 'timeseries',
  unit: 'count',
  queries: [
    { expression: increase(select(jobMissed), 3600), legend: 'missed {check}' },
    { expression: increase(select(jobOverruns), 3600), legend: 'overrun {check}' },
  ],
};
