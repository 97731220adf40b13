import type { OpsConfiguration } from './configuration.ts';

/** What is valid and still worth a sentence, before it is found out in the night. */
export function configWarnings({
  gateway,
  notify,
  alerts,
  watch,
}: Pick<OpsConfiguration, 'gateway' | 'notify' | 'alerts' | 'watch'>): string[] {
  const { auth, whitelist, listen, rate_limit } = gateway;
  const ids = auth.valid_keys.flatMap((key) => (typeof key === 'string' ? [] : [key.id]));
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index);
  const loopback = listen.host === 'localhost' || listen.host === '::1' || listen.host?.startsWith('127.') === true;
  const canary = watch.checks['latency-baseline'] ?? {};
  const findings: [boolean, string][] = [
    [!notify.email, 'notify.email is not set: NOBODY IS MAILED when something breaks'],
    [
      notify.report !== undefined && alerts.notifier === 'alertmanager',
      'notify.report is set and alerts.notifier is alertmanager: watch mails nothing, no report either',
    ],
    [
      canary['enabled'] !== false && canary['api_key'] === undefined,
      'watch.checks.latency-baseline.api_key is not set: the latency is not measured; create a key with: ops keys create --id ops-canary',
    ],
    [
      auth.enabled && auth.valid_keys.length === 0,
      'gateway.auth.valid_keys is empty: every request is refused with 401; create one with: ops keys create',
    ],
    [
      auth.valid_keys.length > ids.length,
      'gateway.auth.valid_keys holds plain keys; prefer {id, sha256} as printed by: ops keys create',
    ],
    [
      twice.length > 0,
      `gateway.auth.valid_keys has the id ${JSON.stringify(twice[0])} twice: logs cannot tell the two keys apart`,
    ],
    [
      !auth.enabled && !whitelist.enabled && !loopback,
      'gateway.auth and gateway.whitelist are both off: anybody who reaches gateway.listen may use the model',
    ],
    [
      auth.enabled && rate_limit.enabled && rate_limit.by === 'key' && auth.valid_keys.length === 1,
      'gateway.rate_limit.by is key and there is one key: all users share one limit; consider key_and_client',
    ],
  ];
  return findings.flatMap(([found, sentence]) => (found ? [sentence] : []));
}
