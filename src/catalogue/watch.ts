import { metric } from './metric.ts';

const check = { atMost: 50 };

export const checkSuccess = metric({
  name: 'ops_check_success',
  type: 'gauge',
  unit: 'state',
  help: 'Whether the last run of a check gave samples: 1 yes, 0 no.',
  labels: { check },
});

export const checkDuration = metric({
  name: 'ops_check_duration_seconds',
  type: 'gauge',
  unit: 'seconds',
  help: 'Duration of the last run of a check.',
  labels: { check },
});

export const checkLastSuccess = metric({
  name: 'ops_check_last_success_timestamp_seconds',
  type: 'gauge',
  unit: 'timestamp',
  help: 'Last time that a check gave samples, Unix time.',
  labels: { check },
});

export const httpUp = metric({
  name: 'ops_http_up',
  type: 'gauge',
  unit: 'state',
  help: 'Whether a watched address answered as expected: 1 yes, 0 no.',
  labels: { check },
});

export const httpDuration = metric({
  name: 'ops_http_duration_seconds',
  type: 'gauge',
  unit: 'seconds',
  help: 'Time until a watched address had answered.',
  labels: { check },
});

export const jobLastStart = metric({
  name: 'ops_scheduler_job_last_start_timestamp_seconds',
  type: 'gauge',
  unit: 'timestamp',
  help: 'Last start of a scheduled check, Unix time.',
  labels: { check },
});

export const jobPeriod = metric({
  name: 'ops_scheduler_job_period_seconds',
  type: 'gauge',
  unit: 'seconds',
  help: 'Time from the last start of a scheduled check to the one after it.',
  labels: { check },
});

export const jobMissed = metric({
  name: 'ops_scheduler_job_missed_total',
  type: 'counter',
  unit: 'count',
  help: 'Starts of a scheduled check that were left out: the machine was off, asleep or busy.',
  labels: { check },
});

export const jobOverruns = metric({
  name: 'ops_scheduler_job_overruns_total',
  type: 'counter',
  unit: 'count',
  help: 'Runs of a scheduled check that still went on when the next was due.',
  labels: { check },
});

export const alerts = metric({
  name: 'ops_alerts',
  type: 'gauge',
  unit: 'count',
  help: 'Alerts by state.',
  labels: { severity: ['critical', 'warning', 'info'], state: ['pending', 'firing'] },
});

export const ruleLastEvaluation = metric({
  name: 'ops_rule_last_evaluation_timestamp_seconds',
  type: 'gauge',
  unit: 'timestamp',
  help: 'Last evaluation of the alert rules, Unix time.',
});

export const samplesBytes = metric({
  name: 'ops_samples_bytes',
  type: 'gauge',
  unit: 'bytes',
  help: 'Size of what samples.db holds; over 100 MiB the oldest samples go before their time.',
});

export const notifications = metric({
  name: 'ops_notifications_total',
  type: 'counter',
  unit: 'count',
  help: 'Delivery attempts by channel and result; accepted means that the next server answered 250.',
  labels: { channel: ['email', 'webhook'], result: ['accepted', 'transient', 'permanent', 'configuration'] },
});

export const notificationsPending = metric({
  name: 'ops_notifications_pending',
  type: 'gauge',
  unit: 'count',
  help: 'Notifications in the outbox that no server has accepted yet.',
});

export const oldestPendingNotification = metric({
  name: 'ops_notification_oldest_pending_seconds',
  type: 'gauge',
  unit: 'seconds',
  help: 'Age of the oldest notification in the outbox, 0 when it is empty.',
});
