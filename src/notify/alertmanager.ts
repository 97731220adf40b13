import { stringify } from 'yaml';
import { formatDuration } from '../duration.ts';
import type { ActiveRule } from '../rule.ts';
import type { NotifyConfig } from './config.ts';

export interface AlertmanagerInput {
  /** Who mails: with `watch`, Alertmanager tells only what watch cannot: that watch itself is gone. */
  readonly notifier: 'watch' | 'alertmanager';
  readonly notify: Pick<NotifyConfig, 'email' | 'heartbeat'>;
  readonly rules: readonly ActiveRule[];
  /** Milliseconds that the mail of a warning waits for others of its kind. */
  readonly groupWaitMs: number;
}

/** Alertmanager's configuration: the same address, the same chain of causes, and never both that mail. */
export function alertmanagerConfig(input: AlertmanagerInput): string {
  const { notifier, notify, rules, groupWaitMs } = input;
  const { email, heartbeat } = notify;
  const all = notifier === 'alertmanager';
  const receivers = [
    { name: 'silent' },
    { name: 'on-call', ...(email ? { email_configs: [{ to: email.to.join(', '), send_resolved: true }] } : {}) },
    ...(heartbeat ? [{ name: 'heartbeat', webhook_configs: [{ url: heartbeat.url, send_resolved: false }] }] : []),
  ];
  const every = heartbeat && formatDuration(heartbeat.every);
  const alive = { matchers: ['alertname = "DeadMansSwitch"'] };
  const routes = [
    heartbeat
      ? { ...alive, receiver: 'heartbeat', group_wait: '0s', group_interval: every, repeat_interval: every }
      : { ...alive, receiver: 'silent' },
    { matchers: ['alertname = "WatchDown"'], receiver: 'on-call', repeat_interval: '1h' },
    ...(all
      ? [
          { matchers: ['severity = "critical"'], receiver: 'on-call', group_wait: '0s', repeat_interval: '4h' },
          { matchers: ['severity = "warning"'], receiver: 'on-call', repeat_interval: '30d' },
        ]
      : []),
  ];
  const route = { receiver: 'silent', group_by: ['alertname'], group_wait: formatDuration(groupWaitMs), routes };
  const inhibit = all ? { inhibit_rules: inhibitions(rules) } : {};
  return stringify({ ...(email ? { global: smtp(email) } : {}), route, receivers, ...inhibit }, { lineWidth: 0 });
}

function smtp({ from, smtp: { host, port, tls, user, password_file } }: NonNullable<NotifyConfig['email']>) {
  return {
    smtp_smarthost: `${host.includes(':') ? `[${host}]` : host}:${port}`,
    smtp_from: from,
    smtp_require_tls: tls === 'starttls',
    ...(user === undefined ? {} : { smtp_auth_username: user }),
    ...(password_file === undefined ? {} : { smtp_auth_password_file: password_file }),
  };
}

/** What explains an alert holds it back. */
function inhibitions(rules: readonly ActiveRule[]) {
  return rules
    .filter(({ causedBy = [] }) => causedBy.length > 0)
    .map(({ name, causedBy = [] }) => ({
      source_matchers: [`alertname =~ "${causedBy.join('|')}"`],
      target_matchers: [`alertname = "${name}"`],
    }));
}
