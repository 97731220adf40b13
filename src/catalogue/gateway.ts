import { outcomes } from '../audit-line.ts';
import { phases } from '../in-flight.ts';
import { durationBuckets, metric } from './metric.ts';

const model = { atMost: 20 };
const backend = { atMost: 20 };

export const requests = metric({
  name: 'llm_gateway_requests_total',
  type: 'counter',
  unit: 'count',
  help: 'Requests that passed the network layer, by their end.',
  labels: { outcome: outcomes, model },
});

export const requestDuration = metric({
  name: 'llm_gateway_request_duration_seconds',
  type: 'histogram',
  unit: 'seconds',
  help: 'Time from the first byte of a request to the last byte of its answer.',
  labels: { outcome: outcomes },
  buckets: durationBuckets,
  otel: 'gen_ai.server.request.duration',
});

export const timeToFirstToken = metric({
  name: 'llm_gateway_time_to_first_token_seconds',
  type: 'histogram',
  unit: 'seconds',
  help: 'Time from the first byte of a request to the first delta of its answer.',
  buckets: durationBuckets,
  otel: 'gen_ai.server.time_to_first_token',
});

export const timePerOutputToken = metric({
  name: 'llm_gateway_time_per_output_token_seconds',
  type: 'histogram',
  unit: 'seconds',
  help: 'Time between the tokens of an answer, first token aside.',
  buckets: [0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.5, 1, 2.5],
  otel: 'gen_ai.server.time_per_output_token',
});

export const tokens = metric({
  name: 'llm_gateway_tokens_total',
  type: 'counter',
  unit: 'count',
  help: 'Tokens by direction, as Ollama counted them.',
  labels: { direction: ['input', 'output'], model },
});

export const inFlight = metric({
  name: 'llm_gateway_requests_in_flight',
  type: 'gauge',
  unit: 'count',
  help: 'Open requests by where they are.',
  labels: { phase: phases },
});

export const concurrencyLimit = metric({
  name: 'llm_gateway_concurrency_limit',
  type: 'gauge',
  unit: 'count',
  help: 'Requests that may be at one backend at the same time.',
});

export const queueWait = metric({
  name: 'llm_gateway_admission_wait_seconds',
  type: 'histogram',
  unit: 'seconds',
  help: 'Time that requests waited in the queue of the gateway.',
  buckets: durationBuckets,
});

export const rejections = metric({
  name: 'llm_gateway_rejections_total',
  type: 'counter',
  unit: 'count',
  help: 'Requests refused before any upstream work, by reason.',
  labels: {
    reason: [
      'network',
      'headers',
      'key',
      'rate',
      'rate_store',
      'prompt',
      'request',
      'body',
      'model',
      'queue',
      'breaker',
      'draining',
    ],
  },
});

export const upstreamErrors = metric({
  name: 'llm_gateway_upstream_errors_total',
  type: 'counter',
  unit: 'count',
  help: 'Failures of a backend by cause.',
  labels: {
    backend,
    cause: [
      'connect',
      'reset',
      'silence',
      'first_token',
      'stall',
      'load',
      'load_timeout',
      'status_4xx',
      'status_5xx',
      'busy',
      'error_record',
      'malformed',
      'incomplete',
    ],
  },
});

export const modelLoad = metric({
  name: 'llm_gateway_model_load_seconds',
  type: 'histogram',
  unit: 'seconds',
  help: 'Time that a request waited for its model to load; warm answers are not counted.',
  buckets: durationBuckets,
});

export const breakerState = metric({
  name: 'llm_gateway_breaker_state',
  type: 'gauge',
  unit: 'state',
  help: 'Circuit breaker of a backend: 0 closed, 1 half open, 2 open.',
  labels: { backend },
});

export const backendUp = metric({
  name: 'llm_gateway_backend_up',
  type: 'gauge',
  unit: 'state',
  help: 'Whether a backend answered its last probe or request.',
  labels: { backend },
});

export const upstreamRequests = metric({
  name: 'llm_gateway_upstream_requests_total',
  type: 'counter',
  unit: 'count',
  help: 'Generation requests sent to a backend; each attempt counts.',
  labels: { backend },
});

export const retries = metric({
  name: 'llm_gateway_retries_total',
  type: 'counter',
  unit: 'count',
  help: 'Requests sent again after this backend failed before its first byte.',
  labels: { backend },
});

export const modelReloads = metric({
  name: 'llm_gateway_model_reloads_total',
  type: 'counter',
  unit: 'count',
  help: 'Loads of a model that was in memory when the request was sent: its options differed, or memory ran short.',
  labels: { model },
});

export const promptsTruncated = metric({
  name: 'llm_gateway_prompts_truncated_total',
  type: 'counter',
  unit: 'count',
  help: 'Prompts that Ollama cut to the context of the model without saying so.',
  labels: { model },
});

export const gpuSeconds = metric({
  name: 'llm_gateway_gpu_seconds_total',
  type: 'counter',
  unit: 'seconds',
  help: 'Time that the model worked for a key, as Ollama measured it: the true cost on own hardware.',
  labels: { key_id: { atMost: 20 }, phase: ['load', 'prefill', 'decode'] },
});

export const overhead = metric({
  name: 'llm_gateway_overhead_seconds',
  type: 'histogram',
  unit: 'seconds',
  help: 'Time to the first byte sent upstream, waiting in the queue aside: what the gateway itself costs.',
  buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1],
});

export const rateLimitStoreFailures = metric({
  name: 'llm_gateway_rate_limit_store_failures_total',
  type: 'counter',
  unit: 'count',
  help: 'Requests whose rate limit could not be asked of the shared store.',
});

export const auditWriteFailures = metric({
  name: 'llm_gateway_audit_write_failures_total',
  type: 'counter',
  unit: 'count',
  help: 'Audit lines that could not be written, for example because the disk is full.',
});
