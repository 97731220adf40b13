import { gpuSeconds, overhead, queueWait, requestDuration, retries } from '../../src/catalogue/gateway.ts';
import { buckets, quantile, rate, select, sum } from '../../src/expression/ast.ts';
import type { Panel } from '../../src/panel.ts';

export const queueTime: Panel = {
  key: 'queue-wait',
  title: { en: 'Time in the queue', zh: '排队时间' },
  description: {
    en: 'Seconds at p95: more chats than gateway.limits.max_in_flight lets through.',
    zh: 'p95 达到数秒:并发超过 gateway.limits.max_in_flight。',
  },
  kind: 'timeseries',
  unit: 'seconds',
  queries: [
    { expression: quantile(0.5, rate(buckets(queueWait), 'auto')), legend: 'p50' },
    { expression: quantile(0.95, rate(buckets(queueWait), 'auto')), legend: 'p95' },
  ],
};

export const wholeRequest: Panel = {
  key: 'request-duration',
  title: { en: 'Length of whole requests', zh: '请求总时长' },
  description: {
    en: 'Grows with long answers; compare it with first token and token time before acting.',
    zh: '随回答长度增长;处理前请先对比首字延迟与 token 间隔。',
  },
  kind: 'timeseries',
  unit: 'seconds',
  queries: [
    { expression: quantile(0.5, sum(rate(buckets(requestDuration), 'auto'), 'le')), legend: 'p50' },
    { expression: quantile(0.95, sum(rate(buckets(requestDuration), 'auto'), 'le')), legend: 'p95' },
  ],
};

export const gatewayOverhead: Panel = {
  key: 'gateway-overhead',
  title: { en: 'Time that the gateway itself takes', zh: '网关自身耗时' },
  description: {
    en: 'Above 50 ms: the gateway is short of CPU; see its event loop.',
    zh: '超过 50 毫秒:网关 CPU 不足;查看其事件循环。',
  },
  kind: 'timeseries',
  unit: 'seconds',
  queries: [{ expression: quantile(0.95, rate(buckets(overhead), 'auto')), legend: 'p95' }],
};

export const gpuTimeByKey: Panel = {
  key: 'gpu-seconds',
  title: { en: 'GPU time by key', zh: '各密钥占用的 GPU 时间' },
  description: {
    en: '1 = one model busy all the time for this key. ops log top --by key names its requests.',
    zh: '1 = 该密钥使模型持续满载。ops log top --by key 列出其请求。',
  },
  kind: 'timeseries',
  unit: 'count',
  queries: [{ expression: sum(rate(select(gpuSeconds), 'auto'), 'key_id'), legend: '{key_id}' }],
};

export const retriesByBackend: Panel = {
  key: 'retries',
  title: { en: 'Requests sent again', zh: '重试请求' },
  description: {
    en: 'Above 0: this backend fails before its first byte. journalctl -u ollama on it.',
    zh: '大于 0:该后端在首字节前失败。在其主机上查看 journalctl -u ollama。',
  },
  kind: 'timeseries',
  unit: 'count',
  queries: [{ expression: sum(rate(select(retries), 'auto'), 'backend'), legend: '{backend}' }],
};
