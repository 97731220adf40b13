import type { Text } from '../text.ts';

/** The words of the page itself; what fires, and why, brings its own. */
export const pageTexts = {
  title: { en: 'Clawdbot ops', zh: 'Clawdbot 运维' },
  verdictGood: { en: 'Chat works', zh: '聊天正常' },
  verdictBad: { en: 'Needs attention', zh: '需要处理' },
  verdictUnknown: { en: 'Not everything can be seen', zh: '部分状态未知' },
  nobodyMailed: {
    en: 'NOBODY IS MAILED: set notify.email in ops.yaml',
    zh: '没有人会收到邮件:请在 ops.yaml 中设置 notify.email',
  },
  whatIsUp: { en: 'What is up', zh: '运行状态' },
  whatFires: { en: 'What fires', zh: '当前告警' },
  nothingFires: { en: 'Nothing fires.', zh: '没有告警。' },
  latestIncidents: { en: 'Latest incidents', zh: '最近事件' },
  noIncidents: { en: 'No incident on record.', zh: '没有事件记录。' },
  charts: { en: 'Last hour', zh: '最近一小时' },
  noData: { en: 'no data yet', zh: '暂无数据' },
  up: { en: 'up', zh: '正常' },
  down: { en: 'down', zh: '故障' },
  unknown: { en: 'unknown', zh: '未知' },
  pending: { en: 'pending', zh: '观察中' },
  firing: { en: 'firing', zh: '告警中' },
  resolved: { en: 'resolved', zh: '已恢复' },
  since: { en: 'since', zh: '开始于' },
  value: { en: 'value', zh: '数值' },
  pendingMails: { en: 'mails waiting', zh: '待发邮件' },
  updated: { en: 'updated', zh: '更新于' },
  lost: { en: 'watch does not answer; this is the last known state', zh: 'watch 无应答;显示的是最后已知状态' },
} as const satisfies Record<string, Text>;
