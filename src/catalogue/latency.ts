import { metric } from './metric.ts';

export const httpPhase = metric({
  name: 'ops_http_phase_seconds',
  type: 'gauge',
  unit: 'seconds',
  help: 'Time of one request from its start to the end of a phase, as curl counts it.',
  labels: { check: { atMost: 50 }, phase: ['dns', 'connect', 'tls', 'first_byte', 'total'] },
});

export const latencyCanary = metric({
  name: 'ops_latency_canary_seconds',
  type: 'gauge',
  unit: 'seconds',
  help: 'Time of a fixed chat of 16 tokens through the whole path, with a warm model and an idle queue.',
  labels: { model: { atMost: 20 } },
});

export const latencyAverage = metric({
  name: 'ops_latency_canary_average_seconds',
  type: 'gauge',
  unit: 'seconds',
  help: 'Average of the canary over 15 minutes, recorded by the rules and kept for eight days.',
  labels: { model: { atMost: 20 } },
});

export const latencyBaseline = metric({
  name: 'ops_latency_baseline_seconds',
  type: 'gauge',
  unit: 'seconds',
  help: 'What the canary took in the last seven days, recorded by the rules.',
  labels: { model: { atMost: 20 }, stat: ['mean', 'median', 'upper_quartile'] },
});

export const latencyDeviation = metric({
  name: 'ops_latency_deviation_ratio',
  type: 'gauge',
  unit: 'ratio',
  help: 'The fastest canary of the last hour against the mean of seven days, 0.3 for 30 % more; recorded by the rules once the baseline is learnt.',
  labels: { model: { atMost: 20 } },
});

export const latencyLearned = metric({
  name: 'ops_latency_baseline_learning_points',
  type: 'gauge',
  unit: 'count',
  help: 'Quarters of an hour that the baseline knows, while it is still learnt: at 96 it begins to judge.',
  labels: { model: { atMost: 20 } },
});

export const latencyCanarySkipped = metric({
  name: 'ops_latency_canary_skipped',
  type: 'gauge',
  unit: 'state',
  help: 'Whether the last canary was left out, by reason.',
  labels: { reason: ['no_key', 'cold', 'busy'] },
});
