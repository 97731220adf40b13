import { z } from 'zod';
import { duration, timeOfDay } from '../config/types.ts';
import { isTimeZone } from '../zone.ts';
import { weekdays } from './maintenance.ts';

/** The `watch` section; `checks` holds one map per check, whose schema is the check's own. */
export const watchSchema = z.strictObject({
  /** samples.db and incidents.db; default: the XDG state folder. */
  state_dir: z.string().min(1).optional(),
  checks: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
});

export type WatchConfig = z.output<typeof watchSchema>;

/** Nobody is mailed within: what still fires at its end is mailed then. */
const maintenanceWindow = z.strictObject({ days: z.array(z.enum(weekdays)).min(1), from: timeOfDay, to: timeOfDay });

const severity = z.enum(['critical', 'warning', 'info']);

/** The `alerts` section: what the operator changes of the shipped rules. */
export const alertsSchema = z.strictObject({
  /** Who mails the alerts. With `alertmanager` watch evaluates and shows them, and Alertmanager alone tells. */
  notifier: z.enum(['watch', 'alertmanager']).default('watch'),
  /** IANA zone of the times in mails; the machine's own unless given. */
  timezone: z.string().refine(isTimeZone, 'expected an IANA zone such as Asia/Shanghai').optional(),
  rules: z
    .record(
      z.string(),
      z.strictObject({
        for: duration.optional(),
        threshold: z.number().optional(),
        severity: severity.optional(),
        enabled: z.boolean().default(true),
      }),
    )
    .default({}),
  /** How long the mail of a warning waits for an incident that explains it, and for others of its kind. */
  group_wait: duration.prefault('30s'),
  /** Weekly windows of planned work, in `timezone`. */
  maintenance: z.array(maintenanceWindow).default([]),
  evaluate_every: duration.prefault('15s'),
});

export type AlertsConfig = z.output<typeof alertsSchema>;
