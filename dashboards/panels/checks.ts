import { certificateNotAfter } from '../../src/catalogue/certificate.ts';
import {
  alerts,
  checkDuration,
  checkLastSuccess,
  checkSuccess,
  httpUp,
  notifications,
  notificationsPending,
  oldestPendingNotification,
  ruleLastEvaluation,
} from '../../src/catalogue/watch.ts';
import {
  count,
  divide,
  maximum,
  minimum,
  number,
  rate,
  select,
  subtract,
  sum,
  time,
} from '../../src/expression/ast.ts';
import type { Panel } from '../../src/panel.ts';

export const firing: Panel = {
  key: 'alerts-firing',
  title: { en: 'Firing alerts', zh: '正在告警' },
  description: { en: 'Above 0: read the mail, or run ops triage.', zh: '大于 0:查看邮件,或运行 ops triage。' },
  kind: 'stat',
  unit: 'count',
  queries: [
    { expression: sum(select(alerts, { state: 'firing', severity: ['critical', 'warning'] })), legend: 'firing' },
  ],
  thresholds: [{ value: 1, state: 'bad' }],
};

export const failingChecks: Panel = {
  key: 'checks-failing',
  title: { en: 'Failing checks', zh: '失败的检查' },
  description: {
    en: 'A check that fails sees nothing: ops check NAME says why.',
    zh: '失败的检查等于看不见:ops check NAME 会说明原因。',
  },
  kind: 'stat',
  unit: 'count',
  queries: [{ expression: subtract(count(select(checkSuccess)), sum(select(checkSuccess))), legend: 'failing' }],
  thresholds: [{ value: 1, state: 'warn' }],
};

export const dataAge: Panel = {
  key: 'data-age',
  title: { en: 'Data age', zh: '数据延迟' },
  description: {
    en: 'Seconds since the rules were last evaluated. Above 60: watch is stuck.',
    zh: '距上次规则评估的秒数。超过 60:watch 卡住。',
  },
  kind: 'stat',
  unit: 'seconds',
  queries: [{ expression: subtract(time, minimum(select(ruleLastEvaluation))), legend: 'age' }],
  thresholds: [{ value: 60, state: 'bad' }],
};

export const watchedUp: Panel = {
  key: 'watched-up',
  title: { en: 'Watched addresses', zh: '被监控的地址' },
  description: {
    en: '0: the address does not answer as expected. ops check NAME.',
    zh: '0:该地址未按预期应答。ops check NAME。',
  },
  kind: 'timeseries',
  unit: 'state',
  queries: [{ expression: minimum(select(httpUp), 'check'), legend: '{check}' }],
};

export const certificateDays: Panel = {
  key: 'certificate-days',
  title: { en: 'Certificate: days left', zh: '证书剩余天数' },
  description: {
    en: 'Falling below a third of its life: certbot renew --dry-run says why.',
    zh: '低于有效期的三分之一:运行 certbot renew --dry-run 查看原因。',
  },
  kind: 'timeseries',
  unit: 'count',
  queries: [
    {
      expression: divide(subtract(minimum(select(certificateNotAfter), 'target'), time), number(86_400)),
      legend: '{target}',
    },
  ],
  thresholds: [
    { value: 10, state: 'warn' },
    { value: 20, state: 'good' },
  ],
};

export const mailAge: Panel = {
  key: 'mail-age',
  title: { en: 'Oldest mail not yet accepted', zh: '最早未投递邮件的等待时间' },
  description: {
    en: 'Rising: the mail server refuses or is down; alerts wait in the outbox and are not lost.',
    zh: '持续上升:邮件服务器拒绝或不可用;告警保存在发件箱中,不会丢失。',
  },
  kind: 'timeseries',
  unit: 'seconds',
  queries: [{ expression: select(oldestPendingNotification), legend: 'age' }],
};

export const mails: Panel = {
  key: 'mails',
  title: { en: 'Mail deliveries', zh: '邮件投递' },
  description: {
    en: 'configuration = wrong password, port or TLS; watch logs the fix.',
    zh: 'configuration:密码、端口或 TLS 错误;watch 日志中有修复方法。',
  },
  kind: 'timeseries',
  unit: 'count',
  queries: [
    { expression: sum(rate(select(notifications), 'auto'), 'result'), legend: '{result}' },
    { expression: select(notificationsPending), legend: 'pending' },
  ],
};

export const checkTime: Panel = {
  key: 'check-duration',
  title: { en: 'Time that each check takes', zh: '各检查耗时' },
  description: {
    en: 'Near its timeout: ops check NAME --explain shows what it waits for.',
    zh: '接近超时:ops check NAME --explain 显示其等待的对象。',
  },
  kind: 'timeseries',
  unit: 'seconds',
  queries: [{ expression: maximum(select(checkDuration), 'check'), legend: '{check}' }],
};

export const checkAge: Panel = {
  key: 'check-age',
  title: { en: 'Time since each check last succeeded', zh: '距各检查上次成功的时间' },
  description: {
    en: 'Above 3 of its periods: nothing watches what it measures. ops check NAME.',
    zh: '超过三个周期:其监测对象无人看守。ops check NAME。',
  },
  kind: 'timeseries',
  unit: 'seconds',
  queries: [{ expression: subtract(time, minimum(select(checkLastSuccess), 'check')), legend: '{check}' }],
};

export const alertsByState: Panel = {
  key: 'alerts-by-state',
  title: { en: 'Alerts by severity and state', zh: '按级别与状态统计的告警' },
  description: {
    en: 'pending = waiting out its time; firing = told or about to be. ops alerts list.',
    zh: 'pending = 等待持续时间;firing = 已通知或即将通知。ops alerts list。',
  },
  kind: 'timeseries',
  unit: 'count',
  queries: [{ expression: sum(select(alerts), 'severity', 'state'), legend: '{severity} {state}' }],
};
