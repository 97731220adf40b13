import { inFlight, requests, timePerOutputToken, timeToFirstToken } from '../../src/catalogue/gateway.ts';
import { buckets, divide, quantile, rate, select, sum } from '../../src/expression/ast.ts';
import type { Panel } from '../../src/panel.ts';

const failed = { outcome: ['upstream_error', 'gateway_error', 'timeout'] } as const;
const served = { outcome: { not: ['client_error', 'rejected'] } } as const;

export const errorRatio: Panel = {
  key: 'error-ratio',
  title: { en: 'Failed requests', zh: '失败请求比例' },
  description: {
    en: 'Share of requests that failed through no fault of the caller. Above 5 %: run ops triage.',
    zh: '非调用方原因的失败请求占比。超过 5% 时运行 ops triage。',
  },
  kind: 'stat',
  unit: 'ratio',
  queries: [
    {
      expression: divide(sum(rate(select(requests, failed), 'auto')), sum(rate(select(requests, served), 'auto'))),
      legend: 'failed',
    },
  ],
  thresholds: [
    { value: 0.01, state: 'warn' },
    { value: 0.05, state: 'bad' },
  ],
};

export const requestRate: Panel = {
  key: 'request-rate',
  title: { en: 'Requests by outcome', zh: '按结果划分的请求数' },
  description: {
    en: 'Requests per second by their end. rejected = key, limit or whitelist; upstream_error = look at Ollama.',
    zh: '每秒请求数(按结束方式)。rejected 表示密钥、限流或白名单;upstream_error 请检查 Ollama。',
  },
  kind: 'timeseries',
  unit: 'count',
  queries: [{ expression: sum(rate(select(requests), 'auto'), 'outcome'), legend: '{outcome}' }],
};

export const firstToken: Panel = {
  key: 'first-token',
  title: { en: 'Time to first token', zh: '首字响应时间' },
  description: {
    en: 'What a user waits before text appears. Above 3 s the flowchart looks at Ollama: ops triage.',
    zh: '用户看到首字前的等待时间。超过 3 秒时按流程图检查 Ollama:ops triage。',
  },
  kind: 'timeseries',
  unit: 'seconds',
  queries: [
    { expression: quantile(0.5, sum(rate(buckets(timeToFirstToken), 'auto'), 'le')), legend: 'p50' },
    { expression: quantile(0.95, sum(rate(buckets(timeToFirstToken), 'auto'), 'le')), legend: 'p95' },
  ],
};

export const tokenTime: Panel = {
  key: 'token-time',
  title: { en: 'Time per output token', zh: '每个输出词元的时间' },
  description: {
    en: 'Rising without more load: part of the model runs on the CPU, or the GPU is throttled.',
    zh: '负载不变而上升:模型部分运行在 CPU 上,或 GPU 正在降频。',
  },
  kind: 'timeseries',
  unit: 'seconds',
  queries: [{ expression: quantile(0.95, sum(rate(buckets(timePerOutputToken), 'auto'), 'le')), legend: 'p95' }],
};

export const openRequests: Panel = {
  key: 'open-requests',
  title: { en: 'Open requests by phase', zh: '进行中的请求(按阶段)' },
  description: {
    en: 'queue grows: too few slots. load: the model is being loaded. prefill that stays: Ollama is stuck.',
    zh: 'queue 增长:并发槽位不足;load:模型加载中;prefill 持续不变:Ollama 卡住。',
  },
  kind: 'timeseries',
  unit: 'count',
  queries: [{ expression: sum(select(inFlight), 'phase'), legend: '{phase}' }],
};
