import { modelLoad, modelReloads, promptsTruncated } from '../src/catalogue/gateway.ts';
import { ollamaContextChanges, ollamaModelVramRatio, ollamaUp } from '../src/catalogue/ollama.ts';
import { buckets, compare, increase, number, quantile, rate, select } from '../src/expression/ast.ts';
import type { RuleGroup } from '../src/rule.ts';

const group: RuleGroup = {
  name: 'ollama',
  rules: [
    {
      name: 'OllamaDown',
      causedBy: ['OllamaOomKilled', 'GatewayDown'],
      expression: () => compare(select(ollamaUp), '==', number(0)),
      for: 60_000,
      severity: 'warning',
      unit: 'state',
      summary: { en: 'Ollama at {backend} is down', zh: 'Ollama({backend})已停止' },
      description: {
        en: 'Ollama at {backend} does not answer /api/version: it has stopped, hangs, or listens elsewhere.',
        zh: '{backend} 上的 Ollama 不响应 /api/version:已停止、挂起或监听其他地址。',
      },
      runbook: 'ollamadown',
      panel: 'ollama-up',
      commands: ['systemctl status ollama', 'journalctl -u ollama -n 50', 'ops triage'],
    },
    {
      name: 'ModelPartlyOnCpu',
      causedBy: ['GpuMissing', 'GpuXid', 'GpuMemoryHigh'],
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
      panel: 'model-on-gpu',
      commands: ['ollama ps', 'nvidia-smi', 'systemctl restart ollama'],
    },
    {
      name: 'ModelReloadThrash',
      expression: (threshold) => compare(increase(select(modelReloads), 600), '>', number(threshold)),
      for: 0,
      severity: 'warning',
      threshold: 5,
      unit: 'count',
      summary: {
        en: '{model} was loaded anew {value} times in 10 minutes',
        zh: '{model} 在 10 分钟内重新加载 {value} 次',
      },
      description: {
        en: 'Callers ask for {model} with different options (num_ctx and the like), so that each request loads it anew.',
        zh: '调用方以不同选项(如 num_ctx)请求 {model},导致每次请求都重新加载。',
      },
      runbook: 'modelreloadthrash',
      panel: 'model-reloads',
      commands: ['journalctl -u qwen-gateway | grep "model reloaded"', 'ops config print'],
    },
    {
      name: 'ModelContextFlips',
      causedBy: ['ModelReloadThrash'],
      expression: (threshold) => compare(increase(select(ollamaContextChanges), 1800), '>', number(threshold)),
      for: 0,
      severity: 'warning',
      threshold: 3,
      unit: 'count',
      summary: {
        en: 'the context length of {model} changed {value} times in 30 minutes',
        zh: '30 分钟内 {model} 的上下文长度变化 {value} 次',
      },
      description: {
        en: 'Somebody asks {backend} for {model} with different num_ctx, also past the gateway; each change loads it anew.',
        zh: '有调用方(可能绕过网关)以不同 num_ctx 请求 {backend} 上的 {model};每次变化都会重新加载。',
      },
      runbook: 'modelcontextflips',
      panel: 'model-reloads',
      commands: ['ollama ps', 'journalctl -u ollama | grep -c "starting runner"', 'ss -tnp sport = :11434'],
    },
    {
      name: 'ModelLoadSlow',
      expression: (threshold) => compare(quantile(0.95, rate(buckets(modelLoad), 3600)), '>', number(threshold)),
      for: 0,
      severity: 'info',
      threshold: 120,
      unit: 'seconds',
      summary: { en: 'models take {value} to load (95th percentile)', zh: '模型加载耗时 {value}(95 分位)' },
      description: {
        en: 'A cold load takes longer than {threshold}: the disk is slow, or the page cache is too small for the model.',
        zh: '冷加载超过 {threshold}:磁盘较慢,或页缓存不足以容纳模型。',
      },
      runbook: 'modelloadslow',
      panel: 'model-load',
      commands: ['iostat -x 1 3', 'ollama ps', 'free -h'],
    },
    {
      name: 'PromptsTruncated',
      expression: () => compare(increase(select(promptsTruncated), 3600), '>', number(0)),
      for: 0,
      severity: 'info',
      unit: 'count',
      summary: {
        en: '{value} prompts for {model} were cut in an hour',
        zh: '一小时内 {model} 有 {value} 个提示被截断',
      },
      description: {
        en: 'Prompts were longer than the context of {model}; Ollama dropped their beginning without a word.',
        zh: '提示超过 {model} 的上下文长度,Ollama 已静默丢弃开头部分。',
      },
      runbook: 'promptstruncated',
      panel: 'prompts-truncated',
      commands: ['ollama ps', 'ops log top --by client'],
    },
  ],
};

export default group;
