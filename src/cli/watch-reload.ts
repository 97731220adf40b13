import { changedPaths } from '../config/changes.ts';
import { type ReloadInput, watchConfiguration } from '../config/reload.ts';
import { planChecks } from '../watch/checks.ts';
import type { Watch } from '../watch/main.ts';
import { planRules } from '../watch/rules.ts';
import type { OpsConfiguration } from './configuration.ts';

/** What is swapped while watch runs; schedules and channels are wired once. */
const live = /^alerts\.(?:rules|maintenance)\b/;

/**
 * Follows the configuration file while watch runs: rules and maintenance windows take effect at the next evaluation, and
 * of the rest it says that a restart is needed.
 */
export function followConfiguration(
  watch: Watch,
  input: Omit<ReloadInput<OpsConfiguration>, 'apply' | 'metrics' | 'onRead'>,
): void {
  const own = ({ watch, alerts, notify, triage, page }: OpsConfiguration) => ({ watch, alerts, notify, triage, page });
  let rules: Awaited<ReturnType<typeof planRules>> = [];
  watchConfiguration({
    ...input,
    metrics: watch.metrics,
    current: own(input.current),
    async load() {
      const next = await input.load();
      await planChecks(next.watch.checks);
      rules = await planRules(next.alerts.rules);
      return own(next);
    },
    apply(next) {
      watch.use({ rules, maintenance: next.alerts.maintenance });
      return changedPaths(own(input.current), next).filter((path) => !live.test(path));
    },
    onRead: (accepted) => watch.configurationRead(accepted),
  });
}
