import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { OpsError, reasonOf } from '../errors.ts';
import { makeFolder } from '../make-folder.ts';
import { alertmanagerConfig } from '../notify/alertmanager.ts';
import type { NotifyConfig } from '../notify/config.ts';
import { root } from '../package.ts';
import { activate, loadRuleGroups, type RuleGroup } from '../rule.ts';
import { ruleFile } from '../rule-file.ts';
import type { AlertsConfig } from '../watch/config.ts';
import { planRules } from '../watch/rules.ts';

interface ShippedRules {
  readonly groups: readonly {
    readonly rules: readonly { readonly alert?: string; readonly annotations?: { readonly dashboard_url: string } }[];
  }[];
}

/**
 * Writes rules.yml with the operator's overrides, watch-down.yml and alertmanager.yml; returns their paths.
 *
 * @throws OpsError `config_invalid` for an unknown rule, `state_unwritable` for a folder that cannot be written.
 */
export async function exportAlerts(folder: string, alerts: AlertsConfig, notify: NotifyConfig): Promise<string[]> {
  const rules = await planRules(alerts.rules);
  const groups = await loadRuleGroups();
  const panel = await shippedLinks(groups);
  const { notifier, group_wait: groupWaitMs } = alerts;
  const texts = {
    'rules.yml': ruleFile(groups, { runbook: 'docs/runbook.md', panel }, alerts.rules),
    'watch-down.yml': await readFile(new URL('deploy/prometheus/watch-down.yml', root), 'utf8'),
    'alertmanager.yml': alertmanagerConfig({ notifier, notify, rules, groupWaitMs }),
  };
  try {
    makeFolder(resolve(folder));
    for (const [name, text] of Object.entries(texts)) await writeFile(join(folder, name), text);
  } catch (error) {
    const about = { path: folder, reason: reasonOf(error), option: 'FOLDER' };
    throw new OpsError('state_unwritable', about, { cause: error });
  }
  return Object.keys(texts).map((name) => resolve(folder, name));
}

/** The dashboard of each panel as the shipped rules link to it: boards are built when the package is. */
async function shippedLinks(groups: readonly RuleGroup[]): Promise<(key: string) => string> {
  const text = await readFile(new URL('alerts/generated/rules.yml', root), 'utf8');
  const shipped: ShippedRules = parse(text);
  const urls = new Map(
    shipped.groups.flatMap(({ rules }) => rules.map(({ alert, annotations }) => [alert, annotations?.dashboard_url])),
  );
  const byPanel = new Map(
    activate(groups.flatMap(({ rules }) => rules)).map(({ name, panel }) => [panel, urls.get(name) ?? '']),
  );
  return (key) => byPanel.get(key) ?? '';
}
