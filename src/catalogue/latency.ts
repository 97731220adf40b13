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

export const latencyCanarySkipped = metric({
  name: 'ops_latency_canary_skipped',
  type: 'gauge',
  unit: 'state',
  help: 'Whether the last canary was left out, by reason.',
  labels: { reason: ['no_key', 'cold', 'busy'] },
});
