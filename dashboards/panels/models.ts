import { modelLoad, modelReloads, promptsTruncated } from '../../src/catalogue/gateway.ts';
import { ollamaContextChanges, ollamaModelVram, ollamaModelVramRatio, ollamaUp } from '../../src/catalogue/ollama.ts';
import { buckets, increase, maximum, minimum, quantile, rate, select, sum } from '../../src/expression/ast.ts';
import type { Panel } from '../../src/panel.ts';

export const ollamaAnswers: Panel = {
  key: 'ollama-up',
  title: { en: 'Ollama answers', zh: 'Ollama 是否响应' },
  description: {
    en: '0: systemctl status ollama, then journalctl -u ollama -n 50.',
    zh: '0:先 systemctl status ollama,再 journalctl -u ollama -n 50。',
  },
  kind: 'stat',
  unit: 'state',
  queries: [{ expression: minimum(select(ollamaUp)), legend: 'up' }],
  thresholds: [{ value: 1, state: 'good' }],
};

export const modelMemory: Panel = {
  key: 'model-memory',
  title: { en: 'Models in GPU memory', zh: '驻留显存的模型' },
  description: {
    en: 'What each loaded model takes. Too much: ollama stop MODEL for what nobody needs.',
    zh: '各驻留模型占用的显存。过多时对不用的模型执行 ollama stop。',
  },
  kind: 'timeseries',
  unit: 'bytes',
  queries: [{ expression: sum(select(ollamaModelVram), 'model'), legend: '{model}' }],
};

export const modelOnGpu: Panel = {
  key: 'model-on-gpu',
  title: { en: 'Share of each model on the GPU', zh: '各模型位于 GPU 的比例' },
  description: {
    en: 'Below 100 %: the rest runs on the CPU, many times slower. ollama ps, nvidia-smi.',
    zh: '低于 100%:其余部分在 CPU 上运行,慢许多倍。查看 ollama ps、nvidia-smi。',
  },
  kind: 'timeseries',
  unit: 'ratio',
  queries: [{ expression: minimum(select(ollamaModelVramRatio), 'model'), legend: '{model}' }],
};

export const loadTime: Panel = {
  key: 'model-load',
  title: { en: 'Time to load a model', zh: '模型加载时间' },
  description: {
    en: 'Minutes: a slow disk or a cold page cache. Longer keep_alive avoids loads.',
    zh: '达到数分钟:磁盘慢或页缓存未命中。更长的 keep_alive 可减少加载。',
  },
  kind: 'timeseries',
  unit: 'seconds',
  queries: [
    { expression: quantile(0.5, rate(buckets(modelLoad), 'auto')), legend: 'p50' },
    { expression: quantile(0.95, rate(buckets(modelLoad), 'auto')), legend: 'p95' },
  ],
};

export const reloads: Panel = {
  key: 'model-reloads',
  title: { en: 'Reloads and context changes per hour', zh: '每小时重新加载与上下文变化' },
  description: {
    en: 'Above 0: callers ask for a model with different options. Pin them in gateway.models.',
    zh: '大于 0:调用方使用不同选项请求同一模型。在 gateway.models 中固定选项。',
  },
  kind: 'timeseries',
  unit: 'count',
  queries: [
    { expression: sum(increase(select(modelReloads), 3600), 'model'), legend: 'reloads {model}' },
    { expression: maximum(increase(select(ollamaContextChanges), 3600), 'model'), legend: 'context {model}' },
  ],
};

export const truncations: Panel = {
  key: 'prompts-truncated',
  title: { en: 'Prompts cut per hour', zh: '每小时被截断的提示' },
  description: {
    en: 'Above 0: prompts are longer than the context of the model; raise OLLAMA_CONTEXT_LENGTH or limit prompts.',
    zh: '大于 0:提示超过模型上下文;提高 OLLAMA_CONTEXT_LENGTH 或限制提示长度。',
  },
  kind: 'timeseries',
  unit: 'count',
  queries: [{ expression: sum(increase(select(promptsTruncated), 3600), 'model'), legend: '{model}' }],
};
