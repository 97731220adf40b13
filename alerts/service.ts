import { requests } from '../src/catalogue/gateway.ts';
import { httpUp } from '../src/catalogue/watch.ts';
import { and, compare, divide, increase, number, select, sum } from '../src/expression/ast.ts';
import type { RuleGroup } from '../src/rule.ts';

const window = 300;
const failed = sum(increase(select(requests, { outcome: ['upstream_error', 'gateway_error', 'timeout'] }), window));
/** What the callers themselves got wrong says nothing about the service. */
const served = sum(increase(select(requests, { outcome: { not: ['rejected', 'client_error'] } }), window));

const group: RuleGroup = {
  name: 'service',
  rules: [
    {
      name: 'UiDown',
      causedBy: ['GatewayDown'],
      expression: () => compare(select(httpUp, { check: 'ui-health' }), '==', number(0)),
      for: 90_000,
      severity: 'critical',
      unit: 'state',
      summary: { en: 'the chat UI does not answer', zh: '聊天界面无响应' },
      description: {
        en: 'The health address of the UI gave no good answer three times in a row: nobody can open the chat.',
        zh: '界面的健康检查连续三次失败:用户无法打开聊天。',
      },
      runbook: 'uidown',
      panel: 'watched-up',
      commands: ['docker ps --filter name=clawdbot', 'docker logs --tail 50 clawdbot'],
    },
    {
      name: 'GatewayDown',
      expression: () => compare(select(httpUp, { check: 'gateway' }), '==', number(0)),
      for: 60_000,
      severity: 'critical',
      unit: 'state',
      summary: { en: 'the gateway cannot serve chats', zh: '网关无法提供服务' },
      description: {
        en: 'The gateway does not answer, or no Ollama behind it does.',
        zh: '网关无响应,或其后的 Ollama 均无响应。',
      },
      runbook: 'gatewaydown',
      panel: 'backends-up',
      commands: ['ops triage', 'systemctl status qwen-gateway ollama'],
    },
    {
      name: 'GatewayErrors',
      causedBy: ['GatewayDown', 'GpuMissing', 'GpuXid'],
      // A quiet night has few requests: three failures are the least that count as a pattern.
      expression: (threshold) =>
        and(compare(divide(failed, served), '>', number(threshold)), compare(failed, '>', number(2))),
      for: 60_000,
      severity: 'critical',
      threshold: 0.05,
      unit: 'ratio',
      summary: { en: '{value} of the chats fail', zh: '{value} 的对话失败' },
      description: {
        en: 'More than {threshold} of the requests of the last 5 minutes failed behind the gateway.',
        zh: '最近 5 分钟内超过 {threshold} 的请求在网关之后失败。',
      },
      runbook: 'gatewayerrors',
      panel: 'error-ratio',
      commands: ['ops triage', 'journalctl -u ollama -n 50'],
    },
  ],
};

export default group;
