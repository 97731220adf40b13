import { configReloadSuccessful } from '../src/catalogue/process.ts';
import { checkSuccess, oldestPendingNotification } from '../src/catalogue/watch.ts';
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
    {
      name: 'NotificationsStuck',
      expression: (threshold) => compare(select(oldestPendingNotification), '>', number(threshold)),
      for: 0,
      severity: 'critical',
      threshold: 900,
      unit: 'seconds',
      summary: { en: 'a notification has waited {value} for its server', zh: '通知已等待服务器 {value}' },
      description: {
        en: 'No server has accepted a notification for more than {threshold}: nothing is lost, and nobody is told. Another channel, such as notify.webhook, hears of it at once.',
        zh: '超过 {threshold} 没有服务器接受通知:不会丢失,但无人知晓。其他通道(如 notify.webhook)会立即收到。',
      },
      runbook: 'notificationsstuck',
      panel: 'mail-age',
      commands: ['ops alerts test --mail', 'ops status'],
    },
    {
      name: 'ConfigRefused',
      expression: () => compare(select(configReloadSuccessful), '==', number(0)),
      for: 300_000,
      severity: 'warning',
      unit: 'state',
      summary: { en: 'the configuration file was refused', zh: '配置文件被拒绝' },
      description: {
        en: 'The file has a mistake since its last change. The old configuration runs on, and the next restart would fail.',
        zh: '上次修改后的配置文件有误。仍在使用旧配置,下次重启将失败。',
      },
      runbook: 'configrefused',
      panel: 'config-accepted',
      commands: ['ops config check', 'journalctl -u clawdbot-ops-watch | grep refused | tail -1'],
    },
  ],
};

export default group;
