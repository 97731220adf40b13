import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { requests } from '../../src/catalogue/gateway.ts';
import { memorySeries } from '../../src/expression/memory.ts';
import type { Labels, Sample } from '../../src/expression/series.ts';
import { activate, loadRuleGroups } from '../../src/rule.ts';
import { ruleFile } from '../../src/rule-file.ts';
import { type AlertState, step } from '../../src/watch/alert-state.ts';
import { judge } from '../../src/watch/evaluate.ts';
import { temporaryFolder } from '../support/ops.ts';
import { findProgram } from './support/programs.ts';
import { realPart } from './support/require.ts';

const promtool = findProgram('promtool');

const groups = await loadRuleGroups();
const rules = activate(groups.flatMap((group) => group.rules));

/** Distances in seconds. They share no factor, so that nearly every evaluation is off the grid of the samples. */
const sampleEvery = 15;
const evaluateEvery = 37;
const samples = 360;
const evaluations = Math.floor((samples * sampleEvery) / evaluateEvery);
const seeds = 12;

/** One input series; a hole is a scrape that failed. */
interface Column {
  readonly name: string;
  readonly labels: Labels;
  readonly values: readonly (number | undefined)[];
}

/** A small seeded generator (mulberry32): the same worlds at every run. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Single missed scrapes, and now and then a silence from seconds to well beyond the look-back of 20 samples. */
function withHoles(random: () => number, values: readonly number[]): (number | undefined)[] {
  let silent = 0;
  return values.map((value) => {
    if (silent > 0) silent -= 1;
    else if (random() < 0.02) silent = Math.floor(random() * 60);
    else if (random() > 0.05) return value;
    return undefined;
  });
}

/** A state that stays for a while: shorter and longer than every `for`. */
function states(random: () => number, choices: readonly number[]): number[] {
  let left = 0;
  let value = 0;
  return Array.from({ length: samples }, () => {
    if (left <= 0) {
      value = choices[Math.floor(random() * choices.length)] ?? 0;
      left = random() < 0.3 ? Math.floor(random() * 90) : Math.floor(random() * 8);
    }
    left -= 1;
    return value;
  });
}

/** A counter that grows in bursts and is reset now and then. */
function counter(random: () => number, most: number): number[] {
  const bursts = states(random, [0, 0, most / 10, most]);
  let value = Math.floor(random() * 50);
  return bursts.map((burst) => {
    value = random() < 0.01 ? 0 : value + Math.floor(random() * (burst + 1));
    return value;
  });
}

function world(seed: number): Column[] {
  const random = generator(seed);
  const column = (name: string, labels: Labels, values: readonly number[]): Column => ({
    name,
    labels,
    values: withHoles(random, values),
  });
  const constant = (value: number) => Array.from({ length: samples }, () => value);
  const life = 9000 + Math.floor(random() * 12_000);
  const target = { target: 'chat.example.org', source: 'live' };
  return [
    ...['ui-health', 'gateway'].map((check) => column('ops_http_up', { check }, states(random, [0, 1, 1]))),
    ...['gpu', 'gateway', 'certificate'].map((check) =>
      column('ops_check_success', { check }, states(random, [0, 0, 1])),
    ),
    ...['GPU-a', 'GPU-b'].flatMap((uuid) => [
      column('ops_gpu_memory_used_bytes', { uuid }, states(random, [40, 89, 90, 91, 99])),
      column('ops_gpu_memory_total_bytes', { uuid }, constant(100)),
    ]),
    column('ops_host_disk_free_bytes', { mount: '/' }, states(random, [3, 4, 6, 50])),
    column('ops_host_disk_total_bytes', { mount: '/' }, constant(100)),
    column('ops_tls_cert_not_before_timestamp_seconds', target, constant(life - 12_000)),
    column('ops_tls_cert_not_after_timestamp_seconds', target, constant(life * 0.4)),
    ...['a', 'b'].flatMap((backend) => [
      column('llm_gateway_backend_up', { backend }, states(random, [0, 1, 1])),
      column('llm_gateway_breaker_state', { backend }, states(random, [0, 0, 1, 2])),
    ]),
    ...[
      'llm_gateway_time_to_first_token_seconds',
      'llm_gateway_admission_wait_seconds',
      'llm_gateway_model_load_seconds',
    ].flatMap((name) => {
      const fast = counter(random, 30);
      const slow = counter(random, 30);
      const bucket = (le: string, values: readonly number[]) => column(`${name}_bucket`, { le }, values);
      const both = fast.map((value, index) => value + (slow[index] ?? 0));
      return [bucket('1', fast), bucket('5', fast), bucket('20', both), bucket('300', both), bucket('+Inf', both)];
    }),
    ...['m', 'n'].flatMap((model) => [
      column('llm_gateway_model_reloads_total', { model }, counter(random, 3)),
      column('llm_gateway_prompts_truncated_total', { model }, counter(random, 1)),
    ]),
    column('llm_gateway_audit_write_failures_total', {}, counter(random, 1)),
    column('llm_gateway_rate_limit_store_failures_total', {}, counter(random, 1)),
    ...['13', '79'].map((xid) => column('ops_gpu_xid_events_total', { xid }, counter(random, 1))),
    ...['ollama', 'chrome'].map((process) => column('ops_oom_kills_total', { process }, counter(random, 1))),
    column('ops_gpus_expected', {}, constant(2)),
    column('ops_gpus_visible', {}, states(random, [1, 2, 2])),
    ...['core', 'memory'].map((sensor) =>
      column('ops_gpu_temperature_celsius', { uuid: 'GPU-a', sensor }, states(random, [60, 85, 86, 95])),
    ),
    ...['hw_thermal_slowdown', 'sw_power_cap'].map((reason) =>
      column('ops_gpu_clocks_event_active', { uuid: 'GPU-a', reason }, states(random, [0, 1])),
    ),
    ...['corrected', 'uncorrected'].map((severity) =>
      column('ops_gpu_ecc_errors_total', { uuid: 'GPU-a', severity }, counter(random, 1)),
    ),
    column('ops_tls_cert_file_matches_live', { target: 'chat.example.org' }, states(random, [0, 1])),
    ...['wrong_host', 'expired'].map((problem) =>
      column('ops_tls_cert_problem', { ...target, problem }, states(random, [0, 1])),
    ),
    ...['m', 'n'].map((model) =>
      column('ops_ollama_model_vram_ratio', { backend: 'a', model }, states(random, [0.6, 1, 1])),
    ),
    ...['11434', '18789'].map((port) =>
      column('ops_port_exposed', { port, address: '10.0.0.5' }, states(random, [0, 1])),
    ),
    column('ops_notification_oldest_pending_seconds', {}, states(random, [0, 0, 900, 1000])),
    column('ops_nginx_config_valid', {}, states(random, [0, 1])),
    column('ops_host_memory_available_bytes', {}, states(random, [3, 4, 6, 50])),
    column('ops_host_memory_total_bytes', {}, constant(100)),
    ...['m', 'n'].flatMap((model) => [
      column('ops_ollama_model_vram_bytes', { backend: 'a', model }, states(random, [10, 90, 95])),
      column('ops_ollama_context_changes_total', { backend: 'a', model }, counter(random, 1)),
    ]),
    ...['m', 'm, n'].map((models) => column('ops_ollama_resident_models_info', { backend: 'a', models }, constant(1))),
    column('ops_ollama_up', { backend: 'a' }, states(random, [0, 1, 1])),
    column('llm_gateway_upstream_errors_total', { backend: 'a', cause: 'load' }, counter(random, 0.3)),
    ...['queue', 'key', 'network', 'rate'].map((reason) =>
      column('llm_gateway_rejections_total', { reason }, counter(random, 6)),
    ),
    ...['80', '443'].map((port) => column('ops_nginx_listening', { port }, states(random, [0, 1, 1]))),
    column('ops_nginx_connections_dropped_total', {}, counter(random, 1)),
    column('ops_gpu_temperature_margin_celsius', { uuid: 'GPU-a' }, states(random, [-2, 0, 5, 20])),
    ...['pending', 'failure'].map((state) =>
      column('ops_gpu_remapped_rows_state', { uuid: 'GPU-a', state }, states(random, [0, 1])),
    ),
    column('ops_host_swap_used_bytes', {}, states(random, [0, 80, 81, 99, 99])),
    column('ops_host_swap_total_bytes', {}, constant(seed % 3 === 0 ? 0 : 100)),
    column('ops_host_clock_synchronized', {}, states(random, [0, 0, 0, 1])),
    column('ops_host_folder_free_bytes', { folder: '/var/log' }, states(random, [3, 4, 6, 50])),
    column('ops_host_folder_total_bytes', { folder: '/var/log' }, constant(100)),
    column('ops_config_last_reload_successful', {}, states(random, [0, 1])),
    column('ops_scheduler_job_last_start_timestamp_seconds', { check: 'gpu' }, states(random, [0, 1200, 2400, 3600])),
    column('ops_scheduler_job_period_seconds', { check: 'gpu' }, constant(900)),
    column('ops_certbot_last_run_success', {}, states(random, [0, 1])),
    ...['ok', 'timeout', 'upstream_error', 'gateway_error', 'rejected', 'client_error'].flatMap((outcome) =>
      ['small', 'large'].map((model) =>
        column(requests.name, { outcome, model }, counter(random, outcome === 'ok' ? 20 : 3)),
      ),
    ),
    column('ops_certbot_timer_active', {}, states(random, [0, 0, 0, 1])),
  ];
}

interface ExpectedAlert {
  readonly rule: string;
  readonly labels: Labels;
  readonly severity: string;
  readonly state: 'pending' | 'firing';
}

/** What the watch says at every evaluation of a world. */
function timeline(columns: readonly Column[]): ExpectedAlert[][] {
  const points = columns.flatMap(({ name, labels, values }) =>
    values.flatMap((value, index): Sample[] =>
      value === undefined ? [] : [{ name, labels, value, at: index * sampleEvery * 1000 }],
    ),
  );
  const reader = memorySeries(points);
  let state: AlertState = new Map();
  return Array.from({ length: evaluations }, (_, index) => {
    const now = index * evaluateEvery * 1000;
    state = step(state, judge(rules, reader, [], now), now).state;
    return [...state.values()].map(({ rule, labels, state: is }) => ({
      rule: rule.name,
      labels,
      severity: rule.severity,
      state: is,
    }));
  });
}

const labelText = (labels: Labels): string =>
  Object.entries(labels)
    .map(([label, value]) => `${label}=${JSON.stringify(value)}`)
    .join(', ');

/** One test of a promtool file: the world, and the alerts that must be there at every evaluation. */
function promtoolTest(name: string, columns: readonly Column[], expected: readonly ExpectedAlert[][]): unknown {
  return {
    name,
    interval: `${sampleEvery}s`,
    input_series: columns.map(({ name: metric, labels, values }) => ({
      series: `${metric}{${labelText(labels)}}`,
      values: values.map((value) => value ?? '_').join(' '),
    })),
    // ALERTS is the state that Prometheus keeps: unlike `alert_rule_test` it also shows what is pending.
    promql_expr_test: expected.map((alerts, index) => ({
      expr: 'ALERTS',
      eval_time: `${index * evaluateEvery}s`,
      exp_samples: alerts.map(({ rule, labels, severity, state }) => ({
        labels: `ALERTS{${labelText({ alertname: rule, alertstate: state, severity, ...labels })}}`,
        value: 1,
      })),
    })),
  };
}

function runPromtool(tests: readonly unknown[]): { ok: boolean; output: string } {
  const folder = temporaryFolder('promtool');
  writeFileSync(join(folder, 'rules.yml'), ruleFile(groups, { runbook: 'runbook', panel: (key) => key }));
  const file = { rule_files: ['rules.yml'], evaluation_interval: `${evaluateEvery}s`, tests };
  writeFileSync(join(folder, 'test.yml'), stringify(file, { lineWidth: 0, aliasDuplicateObjects: false }));
  const { status, stdout, stderr } = spawnSync(promtool ?? 'promtool', ['test', 'rules', join(folder, 'test.yml')], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return { ok: status === 0, output: `${stdout}\n${stderr}`.slice(0, 4000) };
}

realPart('promtool', promtool !== undefined)('the watch and Prometheus', () => {
  const worlds = Array.from({ length: seeds }, (_, seed) => world(seed + 1));

  test('give the same pending and firing alerts at every evaluation of every random world', { timeout: 60_000 }, () => {
    const tests = worlds.map((columns, seed) => promtoolTest(`seed ${seed + 1}`, columns, timeline(columns)));
    const { ok, output } = runPromtool(tests);
    expect(ok, output).toBe(true);
    expect(output).toContain('SUCCESS');
  });

  test('were asked about every rule: each was silent, pending and firing somewhere', () => {
    const seen = worlds.flatMap((columns) => timeline(columns));
    // The baseline needs days of samples: latency-promtool.test.ts.
    for (const { name, for: held } of rules.filter((rule) => rule.name !== 'LatencyAboveBaseline')) {
      const states = new Set(
        seen.flatMap((alerts) => {
          const own = alerts.filter(({ rule }) => rule === name).map(({ state }) => state);
          return own.length > 0 ? own : ['silent'];
        }),
      );
      expect([...states].sort(), name).toEqual(held > 0 ? ['firing', 'pending', 'silent'] : ['firing', 'silent']);
    }
  });

  test('would be told apart: one wrong state among all fails', () => {
    const [columns = []] = worlds;
    const right = timeline(columns);
    const turned = right.findIndex((alerts) => alerts.some(({ state }) => state === 'pending'));
    expect(turned).toBeGreaterThanOrEqual(0);
    const wrong = right.map((alerts, index) =>
      index === turned ? alerts.map((alert) => ({ ...alert, state: 'firing' as const })) : alerts,
    );
    const { ok, output } = runPromtool([promtoolTest('wrong', columns, wrong)]);
    expect(ok).toBe(false);
    expect(output).toContain(`time: ${promDuration(turned * evaluateEvery)}`);
  });
});

function promDuration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return minutes > 0 ? `${minutes}m${seconds % 60}s` : `${seconds}s`;
}
