import {
  auditWriteFailures,
  backendUp,
  breakerState,
  queueWait,
  rateLimitStoreFailures,
  rejections,
  requests,
  timeToFirstToken,
} from '../src/catalogue/gateway.ts';
import { and, buckets, compare, divide, increase, number, quantile, rate, select, sum } from '../src/expression/ast.ts';
import type { RuleGroup } from '../src/rule.ts';

/** Share of the requests that failed behind the gateway, over so many seconds. */
const failedShare = (window: number) =>
  divide(
    sum(increase(select(requests, { outcome: ['upstream_error', 'gateway_error', 'timeout'] }), window)),
    sum(increase(select(requests, { outcome: { not: ['rejected', 'client_error'] } }), window)),
  );

const group: RuleGroup = {
  name: 'gateway',
  rules: [
    {
      name: 'BackendDown',
      causedBy: ['OllamaDown', 'GatewayDown'],
      expression: () => compare(select(backendUp), '==', number(0)),
      for: 60_000,
      severity: 'warning',
      unit: 'state',
      summary: { en: 'Ollama at {backend} does not answer', zh: 'Ollama({backend})无响应' },
      description: {
        en: 'The backend {backend} answers neither requests nor /api/ps.',
        zh: '后端 {backend} 既不响应请求,也不响应 /api/ps。',
      },
      runbook: 'backenddown',
      panel: 'backends-up',
      commands: ['systemctl status ollama', 'curl -m 3 http://{backend}/api/version', 'journalctl -u ollama -n 50'],
    },
    {
      name: 'BreakerOpen',
      causedBy: ['BackendDown', 'GatewayErrors', 'GpuMissing', 'GpuXid'],
      expression: () => compare(select(breakerState), '>', number(0)),
      for: 30_000,
      severity: 'warning',
      unit: 'state',
      summary: { en: 'the circuit breaker of {backend} is open', zh: '{backend} 的熔断器已打开' },
      description: {
        en: 'Three requests in a row failed at {backend}; callers get 503 until it answers again.',
        zh: '{backend} 连续三次失败;在其恢复之前用户会收到 503。',
      },
      runbook: 'breakeropen',
      panel: 'breaker',
      commands: ['ops triage', 'journalctl -u ollama -n 50'],
    },
    {
      name: 'FirstTokenSlow',
      causedBy: ['QueueSlow'],
      keepFiring: 300_000,
      expression: (threshold) => compare(quantile(0.95, rate(buckets(timeToFirstToken), 600)), '>', number(threshold)),
      for: 600_000,
      severity: 'warning',
      threshold: 10,
      unit: 'seconds',
      summary: { en: 'the first word takes {value} (95th percentile)', zh: '首字延迟 {value}(95 分位)' },
      description: {
        en: 'One in twenty chats of the last 10 minutes waited longer than {threshold} for its first token.',
        zh: '最近 10 分钟内,二十分之一的对话等待首个 token 超过 {threshold}。',
      },
      runbook: 'firsttokenslow',
      panel: 'first-token',
      commands: ['ops triage', 'ollama ps', 'nvidia-smi'],
    },
    {
      name: 'QueueSlow',
      causedBy: ['ModelPartlyOnCpu', 'GpuThrottled', 'ModelReloadThrash', 'HostSwapping'],
      keepFiring: 300_000,
      expression: (threshold) => compare(quantile(0.95, rate(buckets(queueWait), 300)), '>', number(threshold)),
      for: 300_000,
      severity: 'warning',
      threshold: 5,
      unit: 'seconds',
      summary: { en: 'chats wait {value} for their turn (95th percentile)', zh: '对话排队 {value}(95 分位)' },
      description: {
        en: 'There are more chats at a time than gateway.limits.max_in_flight lets through.',
        zh: '同时进行的对话数超过 gateway.limits.max_in_flight 的上限。',
      },
      runbook: 'queueslow',
      panel: 'open-requests',
      commands: ['curl -s http://127.0.0.1:9464/inflight', 'ops config check'],
    },
    {
      name: 'QueueFull',
      causedBy: ['QueueSlow', 'GatewayDown'],
      expression: (threshold) =>
        compare(increase(select(rejections, { reason: 'queue' }), 300), '>', number(threshold)),
      for: 0,
      keepFiring: 300_000,
      severity: 'warning',
      threshold: 5,
      unit: 'count',
      summary: { en: '{value} chats were turned away in 5 minutes', zh: '5 分钟内 {value} 个对话被拒绝' },
      description: {
        en: 'The queue of the gateway was full: callers got 503 with Retry-After.',
        zh: '网关队列已满:调用方收到带 Retry-After 的 503。',
      },
      runbook: 'queuefull',
      panel: 'open-requests',
      commands: ['curl -s http://127.0.0.1:9464/inflight', 'ops log top --since 1h --by key', 'ops triage'],
    },
    {
      name: 'ErrorBudgetBurn',
      causedBy: ['GatewayErrors', 'BreakerOpen'],
      expression: (threshold) =>
        and(compare(failedShare(10_800), '>', number(threshold)), compare(failedShare(900), '>', number(threshold))),
      for: 300_000,
      severity: 'warning',
      threshold: 0.02,
      unit: 'ratio',
      summary: { en: '{value} of the chats of 3 hours fail', zh: '3 小时内 {value} 的对话失败' },
      description: {
        en: 'More than {threshold} of the requests failed behind the gateway over 3 hours, and still do.',
        zh: '3 小时内超过 {threshold} 的请求在网关之后失败,且仍在继续。',
      },
      runbook: 'errorbudgetburn',
      panel: 'error-ratio',
      commands: ['ops log top --since 3h --by error', 'ops triage'],
    },
    {
      name: 'AuditLinesLost',
      causedBy: ['FolderAlmostFull'],
      expression: () => compare(increase(select(auditWriteFailures), 300), '>', number(0)),
      for: 0,
      severity: 'warning',
      unit: 'count',
      summary: { en: 'audit lines cannot be written', zh: '审计日志无法写入' },
      description: {
        en: 'Requests are served, but their audit lines are lost: the disk is full or the file cannot be written.',
        zh: '请求仍在处理,但审计日志丢失:磁盘已满或文件不可写。',
      },
      runbook: 'auditlineslost',
      panel: 'disk-free',
      commands: ['df -h /var/log', 'journalctl -u qwen-gateway -n 20'],
    },
    {
      name: 'RateLimitStoreDown',
      expression: () => compare(increase(select(rateLimitStoreFailures), 300), '>', number(0)),
      for: 60_000,
      severity: 'warning',
      unit: 'count',
      summary: { en: 'the store of the rate limit does not answer', zh: '限流存储无响应' },
      description: {
        en: 'Redis could not be asked; requests pass uncounted, or are refused with rate_limit.on_store_failure: closed.',
        zh: '无法访问 Redis;请求不计数放行,或在 rate_limit.on_store_failure: closed 时被拒绝。',
      },
      runbook: 'ratelimitstoredown',
      panel: 'rejections',
      commands: ['systemctl status redis-server', 'redis-cli ping'],
    },
  ],
};

export default group;
