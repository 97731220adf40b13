import type { Text } from '../text.ts';

/** The fixed words of a mail. */
export const words = {
  firing: { en: 'FIRING', zh: '告警中' },
  resolved: { en: 'RESOLVED', zh: '已恢复' },
  reminder: { en: 'STILL FIRING', zh: '持续告警' },
  triage: { en: 'TRIAGE', zh: '分诊' },
  report: { en: 'REPORT', zh: '报告' },
  digest: { en: 'DIGEST', zh: '汇总' },
  digestSubject: { en: '[DIGEST] {count} notifications – {host}', zh: '[汇总] {count} 条通知 – {host}' },
  digestLead: {
    en: '{count} notifications in one mail, because there were too many to read one by one. See: ops alerts list',
    zh: '通知过多,{count} 条合并为一封邮件。详见:ops alerts list',
  },
  unkeptSubject: {
    en: '[{worst}] incidents cannot be written, and {count} began – {host}',
    zh: '[{worst}] 事件无法写入,新发生 {count} 起 – {host}',
  },
  unkeptLead: { en: 'incidents.db cannot be written: {reason}', zh: 'incidents.db 无法写入:{reason}' },
  unkeptPromise: {
    en: 'What follows was sent from memory. It gets a number when it can be written; its beginning is not mailed again.',
    zh: '以下内容从内存发出。可以写入后才会获得编号,其开始不再重复发送。',
  },
  reminderNote: {
    en: 'Reminder {count}; end them with: ops alerts ack OPS-NUMBER',
    zh: '第 {count} 次提醒;用 ops alerts ack OPS-编号 停止提醒',
  },
  flapping: {
    en: 'It flaps: fires and ends again and again. The next mail comes when it has been quiet.',
    zh: '状态抖动:反复触发又恢复。稳定之后才会再次发送邮件。',
  },
  flaps: { en: 'Fired {count} times more meanwhile', zh: '期间又触发 {count} 次' },
  consequences: { en: 'Consequences', zh: '连带影响' },
  facts: { en: 'What and since when', zh: '概况' },
  state: { en: 'State: {state}, {severity}, incident OPS-{id}', zh: '状态:{state},{severity},事件 OPS-{id}' },
  critical: { en: 'critical', zh: '严重' },
  warning: { en: 'warning', zh: '警告' },
  info: { en: 'info', zh: '信息' },
  since: { en: 'Fired: {time}', zh: '触发:{time}' },
  until: { en: 'Resolved: {time}, after {duration}', zh: '恢复:{time},持续 {duration}' },
  value: { en: 'Value: {value}, threshold {threshold}', zh: '数值:{value},阈值 {threshold}' },
  peak: { en: 'Value: {value}, extreme {peak}', zh: '数值:{value},极值 {peak}' },
  over: { en: 'It is over after {duration}: {summary}', zh: '已恢复,持续 {duration}:{summary}' },
  overPeak: {
    en: 'It is over after {duration}, at its worst {peak}: {summary}',
    zh: '已恢复,持续 {duration},最严重时 {peak}:{summary}',
  },
  late: {
    en: 'LATE: fired {fired}{resolved}, delivered {now}, because: {reason}',
    zh: '迟到:触发 {fired}{resolved},送达 {now},原因:{reason}',
  },
  lateResolved: { en: ', resolved {time}', zh: ',恢复 {time}' },
  busy: { en: 'delivery was delayed', zh: '投递延迟' },
  range: { en: '{least} to {greatest}', zh: '{least} 至 {greatest}' },
  samples: { en: 'Samples that decided', zh: '判定依据' },
  cause: { en: 'Probable cause (triage)', zh: '可能原因(分诊)' },
  unfinished: {
    en: 'triage unfinished: what it finds follows in this thread; ops triage asks again',
    zh: '分诊未完成:结果将在本邮件会话中补发;也可运行 ops triage',
  },
  failed: { en: 'triage failed: run ops triage', zh: '分诊失败:请运行 ops triage' },
  triageEnded: { en: 'Triage has ended. It was asked about: {summary}', zh: '分诊已完成,所问:{summary}' },
  fix: { en: 'Fix', zh: '修复' },
  first: { en: 'Look here first', zh: '先查看' },
  more: { en: 'More', zh: '更多' },
  runbook: { en: 'Runbook: docs/runbook.md#{anchor}', zh: '手册:docs/runbook.md#{anchor}' },
  page: { en: 'Ops page: {url}', zh: '运维页面:{url}' },
  tunnel: {
    en: 'Ops page: ssh -L 9465:{address} {host}, then http://127.0.0.1:9465{part}',
    zh: '运维页面:ssh -L 9465:{address} {host},然后打开 http://127.0.0.1:9465{part}',
  },
} as const satisfies Record<string, Text>;
