import { portExposed } from '../src/catalogue/exposure.ts';
import { rejections } from '../src/catalogue/gateway.ts';
import { nginxConfigValid, nginxConnectionsDropped, nginxListening } from '../src/catalogue/nginx.ts';
import { compare, increase, number, select, sum } from '../src/expression/ast.ts';
import type { RuleGroup } from '../src/rule.ts';

const group: RuleGroup = {
  name: 'edge',
  rules: [
    {
      name: 'NginxDown',
      expression: () => compare(select(nginxListening, { port: '443' }), '==', number(0)),
      for: 60_000,
      severity: 'critical',
      unit: 'state',
      summary: { en: 'nothing listens on port {port}: Nginx is down', zh: '端口 {port} 无监听:Nginx 已停止' },
      description: {
        en: 'Nobody outside can reach the chat: no process listens on port {port}.',
        zh: '外部用户无法访问聊天:没有进程监听端口 {port}。',
      },
      runbook: 'nginxdown',
      panel: 'nginx-state',
      commands: ['systemctl status nginx', 'nginx -t', 'systemctl start nginx'],
    },
    {
      name: 'NginxConfigInvalid',
      expression: () => compare(select(nginxConfigValid), '==', number(0)),
      for: 300_000,
      severity: 'warning',
      unit: 'state',
      summary: { en: 'Nginx would not start again', zh: 'Nginx 重启将失败' },
      description: {
        en: 'nginx -t refuses the configuration: the running Nginx goes on with the old one until it is restarted.',
        zh: 'nginx -t 校验失败:运行中的 Nginx 在重启前仍使用旧配置。',
      },
      runbook: 'nginxconfiginvalid',
      panel: 'nginx-state',
      commands: ['nginx -t'],
    },
    {
      name: 'NginxConnectionsDropped',
      expression: () => compare(increase(select(nginxConnectionsDropped), 600), '>', number(0)),
      for: 0,
      severity: 'warning',
      unit: 'count',
      summary: { en: 'Nginx dropped {value} connections in 10 minutes', zh: 'Nginx 在 10 分钟内丢弃 {value} 个连接' },
      description: {
        en: 'Nginx accepted connections and could not serve them: worker_connections or the limit of open files is reached.',
        zh: 'Nginx 已接受但无法处理连接:达到 worker_connections 或打开文件数上限。',
      },
      runbook: 'nginxconnectionsdropped',
      panel: 'nginx-connections',
      commands: ['nginx -T | grep -E "worker_(connections|rlimit)"', 'tail -n 50 /var/log/nginx/error.log'],
    },
    {
      name: 'OllamaExposed',
      expression: () => compare(select(portExposed, { port: '11434' }), '==', number(1)),
      for: 60_000,
      severity: 'warning',
      unit: 'state',
      summary: { en: 'Ollama answers on {address}, past every lock', zh: 'Ollama 在 {address} 上可被直接访问' },
      description: {
        en: 'Port {port} answers on {address}: who reaches it needs no key and meets no limit.',
        zh: '端口 {port} 在 {address} 上有响应:访问者无需密钥,也不受任何限制。',
      },
      runbook: 'ollamaexposed',
      panel: 'exposed-ports',
      commands: ['ss -ltnp sport = :{port}', 'systemctl edit ollama  # Environment=OLLAMA_HOST=127.0.0.1:{port}'],
    },
    {
      name: 'KeyGuessing',
      expression: (threshold) =>
        compare(sum(increase(select(rejections, { reason: ['key', 'network'] }), 600)), '>', number(threshold)),
      for: 0,
      severity: 'warning',
      threshold: 100,
      unit: 'count',
      summary: { en: '{value} requests without a valid key in 10 minutes', zh: '10 分钟内 {value} 个请求无有效密钥' },
      description: {
        en: 'More than {threshold} requests came with a wrong key or from an address that is not allowed: somebody guesses, or a client was forgotten when a key changed.',
        zh: '超过 {threshold} 个请求使用错误密钥或来自未允许的地址:有人在猜测密钥,或更换密钥后遗漏了某个客户端。',
      },
      runbook: 'keyguessing',
      panel: 'rejections',
      commands: ['ops log top --since 1h --by client', 'ops keys list'],
    },
  ],
};

export default group;
