import { portExposed } from '../src/catalogue/exposure.ts';
import { hostMemoryAvailable, hostMemoryTotal } from '../src/catalogue/host.ts';
import { nginxConfigValid } from '../src/catalogue/nginx.ts';
import { ollamaModelVramRatio } from '../src/catalogue/ollama.ts';
import { compare, divide, number, select } from '../src/expression/ast.ts';
import type { RuleGroup } from '../src/rule.ts';

const group: RuleGroup = {
  name: 'stack',
  rules: [
    {
      name: 'ModelPartlyOnCpu',
      expression: (threshold) => compare(select(ollamaModelVramRatio), '<', number(threshold)),
      for: 300_000,
      severity: 'warning',
      threshold: 1,
      unit: 'ratio',
      summary: { en: 'only {value} of {model} lies on the GPU', zh: '{model} 仅有 {value} 位于 GPU' },
      description: {
        en: 'The rest of {model} at {backend} is computed on the CPU, many times slower: memory was short, or the GPU was lost.',
        zh: '{backend} 上的 {model} 其余部分由 CPU 计算,速度慢许多倍:显存不足或 GPU 丢失。',
      },
      runbook: 'modelpartlyoncpu',
      panel: 'gpu-memory',
      commands: ['ollama ps', 'nvidia-smi', 'systemctl restart ollama'],
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
      commands: ['ss -ltnp sport = :{port}', 'systemctl edit ollama  # Environment=OLLAMA_HOST=127.0.0.1:{port}'],
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
      commands: ['nginx -t'],
    },
    {
      name: 'HostMemoryLow',
      expression: (threshold) =>
        compare(divide(select(hostMemoryAvailable), select(hostMemoryTotal)), '<', number(threshold)),
      for: 300_000,
      severity: 'warning',
      threshold: 0.05,
      unit: 'ratio',
      summary: { en: 'main memory is almost gone: {value} left', zh: '内存即将耗尽:剩余 {value}' },
      description: {
        en: 'Less than {threshold} of main memory is available; the kernel will soon kill a process, often Ollama.',
        zh: '可用内存低于 {threshold};内核很快会终止进程,通常是 Ollama。',
      },
      runbook: 'hostmemorylow',
      panel: 'host-load',
      commands: ['free -h', 'ps aux --sort=-rss | head', 'ollama ps'],
    },
  ],
};

export default group;
