import { changedPaths } from '../config/changes.ts';
import { type ReloadInput, watchConfiguration } from '../config/reload.ts';
import { planChecks } from '../watch/checks.ts';
import { planRules } from '../watch/rules.ts';
import type { OpsConfiguration } from './configuration.ts';

/**
 * Checks each change of the configuration file while watch runs, and says what takes effect at its next start: its
 * schedules, rules and channels are wired once.
 */
export function followConfiguration(input: Omit<ReloadInput<OpsConfiguration>, 'apply'>): void {
  const own = ({ watch, alerts, notify, triage, page }: OpsConfiguration) => ({ watch, alerts, notify, triage, page });
  watchConfiguration({
    ...input,
    current: own(input.current),
    async load() {
      const next = await input.load();
      await planChecks(next.watch.checks);
      await planRules(next.alerts.rules);
      return own(next);
    },
    apply: (next) => changedPaths(own(input.current), next),
  });
}
