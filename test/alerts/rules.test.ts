import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { alertSeries } from '../../src/alert-series.ts';
import { catalogue } from '../../src/catalogue/index.ts';
import { discover } from '../../src/discover.ts';
import { selectorsOf } from '../../src/expression/ast.ts';
import { evaluate } from '../../src/expression/evaluate.ts';
import { memorySeries } from '../../src/expression/memory.ts';
import type { Labels, Sample } from '../../src/expression/series.ts';
import type { Panel } from '../../src/panel.ts';
import { activate, loadRuleGroups, type RuleGroup } from '../../src/rule.ts';
import { ruleFile } from '../../src/rule-file.ts';
import { languages } from '../../src/text.ts';
import { causesOf } from '../../src/watch/chain.ts';
import { renderRules } from '../../tools/generate/rules.ts';
import { repository } from '../support/ops.ts';

const groups = await loadRuleGroups();
const rules = groups.flatMap((group) => group.rules);
const panelFiles = await discover<Panel>(new URL('../../dashboards/panels/', import.meta.url));
const modules = await Promise.all(
  panelFiles.map(({ name }) => import(new URL(`../../dashboards/panels/${name}.ts`, import.meta.url).href)),
);
const panelKeys = new Set(modules.flatMap((module) => Object.values<Panel>(module).map(({ key }) => key)));
const known = new Map([...catalogue, alertSeries].map((metric) => [metric.name, metric]));
const runbook = join(repository, 'docs/runbook.md');

/** The moment of judgement, seconds. */
const now = 1_000_000;
const gauge = (name: string, labels: Labels, value: number): Sample => ({ name, labels, value, at: now * 1000 });

function grew(outcome: string, by: number): Sample[] {
  const labels = { outcome, model: 'qwen3:4b' };
  return [240, 0].map((ago) => ({
    name: 'llm_gateway_requests_total',
    labels,
    value: ago === 0 ? 1000 + by : 1000,
    at: (now - ago) * 1000,
  }));
}

/** A certificate of 90 days of which `left` days are left. */
const certificate = (left: number): Sample[] => {
  const labels = { target: 'chat.example.org', source: 'live' };
  return [
    gauge('ops_tls_cert_not_before_timestamp_seconds', labels, now - (90 - left) * 86_400),
    gauge('ops_tls_cert_not_after_timestamp_seconds', labels, now + left * 86_400),
  ];
};

const canaryAt = (seconds: number, ago: number): Sample[] => [
  { ...gauge('ops_latency_canary_seconds', { model: 'm' }, seconds), at: (now - ago) * 1000 },
];

/** So many recorded quarters of an hour at 1.00 s, and an hour of another latency. */
const canary = (seconds: number, recorded: number): Sample[] => [
  ...Array.from({ length: recorded }, (_, index) => ({
    ...gauge('ops_latency_canary_average_seconds', { model: 'm' }, 1),
    at: (now - index * 900) * 1000,
  })),
  ...[3500, 2700, 1900, 900, 0].flatMap((ago) => canaryAt(seconds, ago)),
];

/** A check of every 15 s that started so many seconds ago. */
const startedAgo = (seconds: number): Sample[] => [
  gauge('ops_scheduler_job_last_start_timestamp_seconds', { check: 'gpu' }, now - seconds),
  gauge('ops_scheduler_job_period_seconds', { check: 'gpu' }, 15),
];

const memory = (used: number): Sample[] => [
  gauge('ops_gpu_memory_used_bytes', { uuid: 'GPU-a' }, used),
  gauge('ops_gpu_memory_total_bytes', { uuid: 'GPU-a' }, 100),
];

/** A GPU at 96 % for 10 minutes, of which so much is held by the models in memory. */
const fullGpu = (held: number): Sample[] => [
  ...[600, 300, 240, 120, 0].flatMap((ago) => memory(96).map((sample) => ({ ...sample, at: sample.at - ago * 1000 }))),
  gauge('ops_ollama_model_vram_bytes', { backend: 'a', model: 'm' }, held),
  gauge('ops_ollama_resident_models_info', { backend: 'a', models: 'm' }, 1),
];

const disk = (free: number): Sample[] => [
  gauge('ops_host_disk_free_bytes', { mount: '/' }, free),
  gauge('ops_host_disk_total_bytes', { mount: '/' }, 100),
];

/** A counter that grew by so much in the last 4 minutes. */
const grown = (name: string, labels: Labels, by: number): Sample[] =>
  [240, 0].map((ago) => ({ name, labels, value: ago === 0 ? 100 + by : 100, at: (now - ago) * 1000 }));

/** Buckets of a histogram in which all of so many values lay below a bound. */
const below = (name: string, upper: number): Sample[] =>
  ['1', '5', '10', '20', '100', '300', '+Inf'].flatMap((le) =>
    grown(`${name}_bucket`, { le }, Number(le) < upper ? 0 : 100),
  );

const failedLoad = [...fullGpu(92), ...grown('llm_gateway_upstream_errors_total', { backend: 'a', cause: 'load' }, 1)];

const state = (name: string, labels: Labels = {}) => ({
  fires: (value: number): Sample[] => [gauge(name, labels, value)],
});

interface Example {
  readonly fires: readonly Sample[];
  /** What the message says of it. */
  readonly value: number;
  /** Each of these is fine. */
  readonly silent: readonly (readonly Sample[])[];
  readonly alsoFires?: readonly (readonly Sample[])[];
}

const examples: Readonly<Record<string, Example>> = {
  CertificateExpiresSoon: { fires: certificate(18), value: 0.2, silent: [certificate(31), certificate(90)] },
  CertificateExpiresVerySoon: { fires: certificate(-9), value: -0.1, silent: [certificate(16), certificate(18)] },
  GpuMemoryHigh: {
    fires: memory(96),
    value: 0.96,
    silent: [memory(90), memory(0), fullGpu(92)],
    alsoFires: [fullGpu(60), [...fullGpu(92), gauge('ops_gpu_memory_used_bytes', { uuid: 'GPU-a' }, 99)], failedLoad],
  },
  DiskAlmostFull: { fires: disk(4), value: 0.04, silent: [disk(5), disk(60)] },
  UiDown: {
    fires: [gauge('ops_http_up', { check: 'ui-health' }, 0)],
    value: 0,
    silent: [[gauge('ops_http_up', { check: 'ui-health' }, 1)], [gauge('ops_http_up', { check: 'gateway' }, 0)]],
  },
  GatewayDown: {
    fires: [gauge('ops_http_up', { check: 'gateway' }, 0)],
    value: 0,
    silent: [[gauge('ops_http_up', { check: 'gateway' }, 1)], [gauge('ops_http_up', { check: 'ui-health' }, 0)]],
  },
  GatewayErrors: {
    fires: [...grew('ok', 15), ...grew('timeout', 5)],
    value: 0.25,
    silent: [
      [...grew('ok', 15), ...grew('timeout', 0)],
      // One failure of a quiet night.
      [...grew('ok', 1), ...grew('upstream_error', 1)],
      // Many, but a small share.
      [...grew('ok', 500), ...grew('gateway_error', 5)],
      // What the callers got wrong.
      [...grew('ok', 15), ...grew('client_error', 50), ...grew('rejected', 50), ...grew('timeout', 0)],
    ],
  },
  BackendDown: {
    fires: state('llm_gateway_backend_up', { backend: 'a' }).fires(0),
    value: 0,
    silent: [state('llm_gateway_backend_up', { backend: 'a' }).fires(1)],
  },
  BreakerOpen: {
    fires: state('llm_gateway_breaker_state', { backend: 'a' }).fires(2),
    value: 2,
    silent: [state('llm_gateway_breaker_state', { backend: 'a' }).fires(0)],
  },
  FirstTokenSlow: {
    fires: below('llm_gateway_time_to_first_token_seconds', 20),
    value: 19.5,
    silent: [below('llm_gateway_time_to_first_token_seconds', 5)],
  },
  QueueSlow: {
    fires: below('llm_gateway_admission_wait_seconds', 10),
    value: 9.75,
    silent: [below('llm_gateway_admission_wait_seconds', 1)],
  },
  ErrorBudgetBurn: {
    fires: [...grew('ok', 95), ...grew('timeout', 5)],
    value: 0.05,
    silent: [[...grew('ok', 99), ...grew('timeout', 1)]],
  },
  ModelReloadThrash: {
    fires: grown('llm_gateway_model_reloads_total', { model: 'm' }, 16),
    value: 24,
    silent: [grown('llm_gateway_model_reloads_total', { model: 'm' }, 2)],
  },
  PromptsTruncated: {
    fires: grown('llm_gateway_prompts_truncated_total', { model: 'm' }, 4),
    value: 6,
    silent: [grown('llm_gateway_prompts_truncated_total', { model: 'm' }, 0)],
  },
  AuditLinesLost: {
    fires: grown('llm_gateway_audit_write_failures_total', {}, 4),
    value: 5,
    silent: [grown('llm_gateway_audit_write_failures_total', {}, 0)],
  },
  RateLimitStoreDown: {
    fires: grown('llm_gateway_rate_limit_store_failures_total', {}, 4),
    value: 5,
    silent: [grown('llm_gateway_rate_limit_store_failures_total', {}, 0)],
  },
  GpuXid: {
    fires: grown('ops_gpu_xid_events_total', { xid: '79' }, 4),
    value: 6,
    silent: [grown('ops_gpu_xid_events_total', { xid: '13' }, 4)],
  },
  OllamaOomKilled: {
    fires: grown('ops_oom_kills_total', { process: 'ollama' }, 4),
    value: 6,
    silent: [grown('ops_oom_kills_total', { process: 'chrome' }, 4)],
  },
  GpuMissing: {
    fires: [...state('ops_gpus_expected').fires(2), ...state('ops_gpus_visible').fires(1)],
    value: 1,
    silent: [[...state('ops_gpus_expected').fires(2), ...state('ops_gpus_visible').fires(2)]],
  },
  GpuHot: {
    fires: state('ops_gpu_temperature_celsius', { uuid: 'GPU-a', sensor: 'core' }).fires(86),
    value: 86,
    silent: [
      state('ops_gpu_temperature_celsius', { uuid: 'GPU-a', sensor: 'core' }).fires(85),
      state('ops_gpu_temperature_celsius', { uuid: 'GPU-a', sensor: 'memory' }).fires(95),
    ],
  },
  GpuThrottled: {
    fires: state('ops_gpu_clocks_event_active', { uuid: 'GPU-a', reason: 'hw_thermal_slowdown' }).fires(1),
    value: 1,
    silent: [state('ops_gpu_clocks_event_active', { uuid: 'GPU-a', reason: 'sw_power_cap' }).fires(1)],
  },
  GpuMemoryErrors: {
    fires: grown('ops_gpu_ecc_errors_total', { uuid: 'GPU-a', severity: 'uncorrected' }, 4),
    value: 6,
    silent: [grown('ops_gpu_ecc_errors_total', { uuid: 'GPU-a', severity: 'corrected' }, 4)],
  },
  CertificateNotReloaded: {
    fires: state('ops_tls_cert_file_matches_live', { target: 'a' }).fires(0),
    value: 0,
    silent: [state('ops_tls_cert_file_matches_live', { target: 'a' }).fires(1)],
  },
  CertificateBroken: {
    fires: state('ops_tls_cert_problem', { target: 'a', source: 'live', problem: 'wrong_host' }).fires(1),
    value: 1,
    silent: [state('ops_tls_cert_problem', { target: 'a', source: 'live', problem: 'expired' }).fires(1)],
  },
  RenewalFailed: {
    fires: state('ops_certbot_last_run_success').fires(0),
    value: 0,
    silent: [state('ops_certbot_last_run_success').fires(1)],
  },
  RenewalTimerStopped: {
    fires: state('ops_certbot_timer_active').fires(0),
    value: 0,
    silent: [state('ops_certbot_timer_active').fires(1)],
  },
  ModelPartlyOnCpu: {
    fires: state('ops_ollama_model_vram_ratio', { backend: 'a', model: 'm' }).fires(0.6),
    value: 0.6,
    silent: [state('ops_ollama_model_vram_ratio', { backend: 'a', model: 'm' }).fires(1)],
  },
  OllamaExposed: {
    fires: state('ops_port_exposed', { port: '11434', address: '10.0.0.5' }).fires(1),
    value: 1,
    silent: [
      state('ops_port_exposed', { port: '11434', address: '10.0.0.5' }).fires(0),
      state('ops_port_exposed', { port: '18789', address: '10.0.0.5' }).fires(1),
    ],
  },
  NginxConfigInvalid: {
    fires: state('ops_nginx_config_valid').fires(0),
    value: 0,
    silent: [state('ops_nginx_config_valid').fires(1)],
  },
  HostMemoryLow: {
    fires: [...state('ops_host_memory_available_bytes').fires(4), ...state('ops_host_memory_total_bytes').fires(100)],
    value: 0.04,
    silent: [
      [...state('ops_host_memory_available_bytes').fires(5), ...state('ops_host_memory_total_bytes').fires(100)],
    ],
  },
  NotificationsStuck: {
    fires: state('ops_notification_oldest_pending_seconds').fires(1000),
    value: 1000,
    silent: [state('ops_notification_oldest_pending_seconds').fires(900)],
  },
  GpuFullByDesign: {
    fires: fullGpu(92),
    value: 1,
    // Half of it is held by somebody else; it grew; a load failed.
    silent: [fullGpu(60), [...fullGpu(92), gauge('ops_gpu_memory_used_bytes', { uuid: 'GPU-a' }, 99)], failedLoad],
  },
  GpuMarginGone: {
    fires: state('ops_gpu_temperature_margin_celsius', { uuid: 'GPU-a' }).fires(-1),
    value: -1,
    silent: [state('ops_gpu_temperature_margin_celsius', { uuid: 'GPU-a' }).fires(3)],
  },
  GpuRowsRemapped: {
    fires: state('ops_gpu_remapped_rows_state', { uuid: 'GPU-a', state: 'pending' }).fires(1),
    value: 1,
    silent: [state('ops_gpu_remapped_rows_state', { uuid: 'GPU-a', state: 'pending' }).fires(0)],
  },
  OllamaDown: {
    fires: state('ops_ollama_up', { backend: 'a' }).fires(0),
    value: 0,
    silent: [state('ops_ollama_up', { backend: 'a' }).fires(1)],
  },
  ModelContextFlips: {
    fires: grown('ops_ollama_context_changes_total', { backend: 'a', model: 'm' }, 4),
    value: 6,
    silent: [grown('ops_ollama_context_changes_total', { backend: 'a', model: 'm' }, 1)],
  },
  ModelLoadSlow: {
    fires: below('llm_gateway_model_load_seconds', 300),
    value: 290,
    silent: [below('llm_gateway_model_load_seconds', 100)],
  },
  QueueFull: {
    fires: grown('llm_gateway_rejections_total', { reason: 'queue' }, 8),
    value: 10,
    silent: [
      grown('llm_gateway_rejections_total', { reason: 'queue' }, 3),
      grown('llm_gateway_rejections_total', { reason: 'key' }, 80),
    ],
  },
  KeyGuessing: {
    fires: ['key', 'network'].flatMap((reason) => grown('llm_gateway_rejections_total', { reason }, 60)),
    value: 180,
    silent: [
      grown('llm_gateway_rejections_total', { reason: 'key' }, 60),
      grown('llm_gateway_rejections_total', { reason: 'rate' }, 900),
    ],
  },
  NginxDown: {
    fires: state('ops_nginx_listening', { port: '443' }).fires(0),
    value: 0,
    silent: [
      state('ops_nginx_listening', { port: '443' }).fires(1),
      state('ops_nginx_listening', { port: '80' }).fires(0),
    ],
  },
  NginxConnectionsDropped: {
    fires: grown('ops_nginx_connections_dropped_total', {}, 4),
    value: 6,
    silent: [grown('ops_nginx_connections_dropped_total', {}, 0)],
  },
  HostSwapping: {
    fires: [...state('ops_host_swap_used_bytes').fires(90), ...state('ops_host_swap_total_bytes').fires(100)],
    value: 0.9,
    silent: [
      [...state('ops_host_swap_used_bytes').fires(80), ...state('ops_host_swap_total_bytes').fires(100)],
      // No swap at all.
      [...state('ops_host_swap_used_bytes').fires(0), ...state('ops_host_swap_total_bytes').fires(0)],
    ],
  },
  ClockNotSynchronized: {
    fires: state('ops_host_clock_synchronized').fires(0),
    value: 0,
    silent: [state('ops_host_clock_synchronized').fires(1)],
  },
  FolderAlmostFull: {
    fires: [
      gauge('ops_host_folder_free_bytes', { folder: '/var/log' }, 4),
      gauge('ops_host_folder_total_bytes', { folder: '/var/log' }, 100),
    ],
    value: 0.04,
    silent: [
      [
        gauge('ops_host_folder_free_bytes', { folder: '/var/log' }, 5),
        gauge('ops_host_folder_total_bytes', { folder: '/var/log' }, 100),
      ],
    ],
  },
  ConfigRefused: {
    fires: state('ops_config_last_reload_successful').fires(0),
    value: 0,
    silent: [state('ops_config_last_reload_successful').fires(1)],
  },
  LatencyAboveBaseline: {
    fires: canary(1.31, 100),
    value: 1.31,
    silent: [canary(1.29, 100), canary(1.31, 90), [...canary(1.31, 100), ...canaryAt(1.0, 1800)]],
  },
  SchedulerJobMissed: {
    fires: startedAgo(50),
    value: 50 / 15,
    silent: [startedAgo(30)],
  },
  CheckFailing: {
    fires: [gauge('ops_check_success', { check: 'gpu' }, 0)],
    value: 0,
    silent: [[gauge('ops_check_success', { check: 'gpu' }, 1)]],
  },
};

test('every rule has an example, and every name is used once', () => {
  const names = rules.map(({ name }) => name);
  expect(Object.keys(examples).sort()).toEqual([...names].sort());
  expect(new Set(names).size).toBe(names.length);
  expect(new Set(groups.map(({ name }) => name)).size).toBe(groups.length);
});

test('what explains a rule exists, is as severe, and is not explained by it', () => {
  const weight = { critical: 2, warning: 1, info: 0 };
  for (const { name, severity, causedBy = [] } of rules) {
    for (const cause of causedBy) {
      const rule = rules.find((one) => one.name === cause);
      expect(weight[rule?.severity ?? 'info'], `${cause} explains ${name}`).toBeGreaterThanOrEqual(weight[severity]);
    }
    // A cycle would end here: everything that explains what explains it, and so on.
    expect(causesOf(name, rules).flatMap((cause) => causesOf(cause, rules))).not.toContain(name);
  }
});

test('at most eight rules wake somebody up', () => {
  expect(rules.filter(({ severity }) => severity === 'critical').length).toBeLessThanOrEqual(8);
});

describe.each(rules.map((rule) => [rule.name, rule] as const))('rule %s', (name, rule) => {
  const [active] = activate([rule]);
  const expression = rule.expression(rule.threshold ?? 0);
  const selectors = selectorsOf(expression);
  const labels = new Set(selectors.flatMap(({ metric }) => Object.keys(metric.labels)));

  test('has a name in CamelCase and a text in every language', () => {
    expect(name).toMatch(/^(?:[A-Z][a-z0-9]+)+$/);
    for (const language of languages) {
      expect(rule.summary[language].trim()).not.toBe('');
      expect(rule.description[language].trim()).not.toBe('');
    }
    expect(rule.summary.zh).toMatch(/\p{Script=Han}/u);
    expect(rule.description.zh).toMatch(/\p{Script=Han}/u);
    expect(rule.description.en).not.toMatch(/\p{Script=Han}/u);
  });

  test('fills only placeholders that exist, the same in every language', () => {
    const placeholders = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, found]) => found ?? '').sort();
    const allowed = new Set([...labels, 'value', ...(rule.threshold === undefined ? [] : ['threshold'])]);
    for (const text of [rule.summary, rule.description]) {
      expect(placeholders(text.zh)).toEqual(placeholders(text.en));
      for (const placeholder of placeholders(text.en)) expect(allowed).toContain(placeholder);
    }
  });

  test('says what to run first, on one line each', () => {
    expect(rule.commands.length).toBeGreaterThan(0);
    for (const command of rule.commands) expect(command).toMatch(/^\S(?:.*\S)?$/);
  });

  test('has an anchor in the runbook', () => {
    expect(rule.runbook).toBe(name.toLowerCase());
    const headings = [...readFileSync(runbook, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, text]) => text?.toLowerCase());
    expect(headings).toContain(rule.runbook);
  });

  test('points to a panel that exists', () => {
    expect(panelKeys).toContain(rule.panel);
  });

  test('reads series that something emits', () => {
    expect(selectors.length).toBeGreaterThan(0);
    for (const { metric, series, where } of selectors) {
      expect(known.get(metric.name)).toBe(metric);
      expect(series.startsWith(metric.name)).toBe(true);
      for (const [label, match] of Object.entries(where)) {
        const allowed = metric.labels[label];
        expect(allowed, label).toBeDefined();
        const wanted = typeof match === 'object' && 'not' in match ? match.not : match;
        if (Array.isArray(allowed)) for (const value of [wanted].flat()) expect(allowed).toContain(value);
      }
    }
  });

  test('has a `for` that is a whole number of seconds', () => {
    expect(rule.for).toBeGreaterThanOrEqual(0);
    expect(rule.for % 1000).toBe(0);
  });

  test('fires in its example and is silent in the others', () => {
    const example = examples[name];
    if (!active || !example) throw new Error(`no example of ${name}`);
    const judge = (samples: readonly Sample[]) => evaluate(active.expression, memorySeries(samples), now * 1000);
    const [fired, ...rest] = judge(example.fires);
    expect(fired?.value).toBeCloseTo(example.value, 6);
    expect(rest).toEqual([]);
    for (const samples of example.alsoFires ?? []) expect(judge(samples)).toHaveLength(1);
    for (const samples of example.silent) expect(judge(samples)).toEqual([]);
    expect(judge([])).toEqual([]);
  });

  test('carries the labels that its texts name', () => {
    const [fired] = evaluate(expression, memorySeries(examples[name]?.fires ?? []), now * 1000);
    const own = [...(rule.summary.en + rule.description.en).matchAll(/\{(\w+)\}/g)]
      .map(([, found]) => found ?? '')
      .filter((found) => found !== 'value' && found !== 'threshold');
    for (const label of own) expect(Object.keys(fired?.labels ?? {})).toContain(label);
    // Prometheus would put the alert's own in their place.
    for (const taken of ['severity', 'alertname', 'alertstate']) expect(fired?.labels).not.toHaveProperty(taken);
  });
});

describe('overrides', () => {
  const named = (overrides: Parameters<typeof activate>[1]) => activate(rules, overrides);

  test('change what they name and nothing else', () => {
    const shipped = named({});
    const changed = named({ GpuMemoryHigh: { threshold: 0.5, for: 1000, severity: 'critical' } });
    const rule = changed.find(({ name }) => name === 'GpuMemoryHigh');
    expect(rule).toMatchObject({ threshold: 0.5, for: 1000, severity: 'critical' });
    expect(rule && evaluate(rule.expression, memorySeries(memory(60)), now * 1000)).toHaveLength(1);
    expect(changed.filter((one) => one !== rule)).toEqual(shipped.filter(({ name }) => name !== 'GpuMemoryHigh'));
  });

  test('take a disabled rule out', () => {
    expect(named({ UiDown: { enabled: false } }).map(({ name }) => name)).toEqual(
      rules.map(({ name }) => name).filter((name) => name !== 'UiDown'),
    );
  });
});

describe('the rule file', () => {
  const links = { runbook: 'https://wiki/run', panel: (key: string) => `https://grafana/d/x?panel=${key}` };

  test('that is shipped is what the rules give', async () => {
    for (const { path, text } of await renderRules()) {
      expect(readFileSync(join(repository, path), 'utf8'), 'run `npm run generate`').toBe(text);
    }
  });

  test('holds every rule with its links', () => {
    const text = ruleFile(groups, links);
    for (const { name, runbook: anchor } of rules) {
      expect(text).toContain(`alert: ${name}\n`);
      expect(text).toContain(`runbook_url: https://wiki/run#${anchor}\n`);
    }
    expect(text).toContain('dashboard_url: https://grafana/d/x?panel=gpu-memory\n');
  });

  test('changes with a rule', () => {
    const group: RuleGroup | undefined = groups.find(({ name }) => name === 'gpu-memory');
    const stricter = group?.rules.map((rule) => ({ ...rule, threshold: 0.8, for: 90_000 })) ?? [];
    const text = ruleFile([{ name: 'gpu-memory', rules: stricter }], links);
    expect(text).toContain('expr: ops_gpu_memory_used_bytes / ops_gpu_memory_total_bytes > 0.8 unless (');
    expect(text).toContain('for: 1m30s\n');
    expect(text).toContain('More than 80 % of the memory of GPU {{ $labels.uuid }}');
  });
});
