import { backendUp, breakerState, rejections, tokens, upstreamErrors } from '../../src/catalogue/gateway.ts';
import { maximum, minimum, rate, select, sum } from '../../src/expression/ast.ts';
import type { Panel } from '../../src/panel.ts';

export const backends: Panel = {
  key: 'backends-up',
  title: { en: 'Ollama answers', zh: 'Ollama 是否应答' },
  description: {
    en: '0: the gateway cannot reach Ollama. systemctl status ollama; ops triage.',
    zh: '0:网关无法连接 Ollama。systemctl status ollama;ops triage。',
  },
  kind: 'stat',
  unit: 'state',
  queries: [{ expression: minimum(select(backendUp)), legend: 'up' }],
  thresholds: [{ value: 1, state: 'good' }],
};

export const breaker: Panel = {
  key: 'breaker',
  title: { en: 'Circuit breaker', zh: '熔断器' },
  description: {
    en: '2 = open: requests get the friendly 503 at once, and Ollama is probed every second.',
    zh: '2 = 打开:请求立即得到友好的 503,并每秒探测 Ollama。',
  },
  kind: 'timeseries',
  unit: 'state',
  queries: [{ expression: maximum(select(breakerState), 'backend'), legend: '{backend}' }],
};

export const errorsByCause: Panel = {
  key: 'upstream-errors',
  title: { en: 'Upstream failures by cause', zh: '上游故障(按原因)' },
  description: {
    en: 'connect = Ollama is down, silence = it does not answer, error_record = it failed while answering.',
    zh: 'connect:Ollama 未运行;silence:无应答;error_record:应答过程中失败。',
  },
  kind: 'timeseries',
  unit: 'count',
  queries: [{ expression: sum(rate(select(upstreamErrors), 'auto'), 'cause'), legend: '{cause}' }],
};

export const rejectionsByReason: Panel = {
  key: 'rejections',
  title: { en: 'Rejections by reason', zh: '拒绝的请求(按原因)' },
  description: {
    en: 'rate for everybody at once: all users share one limit, see gateway.rate_limit.by.',
    zh: '所有人同时触发 rate:全部用户共享同一限额,见 gateway.rate_limit.by。',
  },
  kind: 'timeseries',
  unit: 'count',
  queries: [{ expression: sum(rate(select(rejections), 'auto'), 'reason'), legend: '{reason}' }],
};

export const tokenRate: Panel = {
  key: 'tokens',
  title: { en: 'Tokens per second', zh: '每秒词元数' },
  description: {
    en: 'Work done. Falls while requests stay: answers became slower.',
    zh: '完成的工作量。请求数不变而下降:应答变慢。',
  },
  kind: 'timeseries',
  unit: 'count',
  queries: [{ expression: sum(rate(select(tokens), 'auto'), 'direction'), legend: '{direction}' }],
};
