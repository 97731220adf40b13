import { upstreamErrors } from '../src/catalogue/gateway.ts';
import { gpuMemoryTotal, gpuMemoryUsed } from '../src/catalogue/gpu.ts';
import { ollamaModelVram, ollamaResident } from '../src/catalogue/ollama.ts';
import {
  and,
  compare,
  divide,
  type Expression,
  increase,
  minimumOverTime,
  multiply,
  number,
  select,
  subtract,
  sum,
  unless,
} from '../src/expression/ast.ts';
import type { RuleGroup } from '../src/rule.ts';

const high = (threshold: number): Expression =>
  compare(divide(select(gpuMemoryUsed), select(gpuMemoryTotal)), '>', number(threshold));

/** By more than 2 % of the card within 5 minutes: the load of the model itself is over before `for` is. */
const growing = compare(
  subtract(select(gpuMemoryUsed), minimumOverTime(select(gpuMemoryUsed), 300)),
  '>',
  multiply(number(0.02), select(gpuMemoryTotal)),
);

/** The models hold nearly all of it; contexts of CUDA, which Ollama does not count, are the rest. */
const heldByModels = compare(divide(sum(select(ollamaModelVram)), sum(select(gpuMemoryUsed))), '>=', number(0.8));

const loadsFail = compare(sum(increase(select(upstreamErrors, { cause: 'load' }), 600)), '>', number(0));

/** A GPU that is full because it is used as it is meant to be. */
const fullByDesign = (threshold: number): Expression =>
  unless(and(unless(high(threshold), growing), heldByModels, []), loadsFail, []);

const group: RuleGroup = {
  name: 'gpu-memory',
  rules: [
    {
      name: 'GpuMemoryHigh',
      expression: (threshold) => unless(high(threshold), fullByDesign(threshold)),
      for: 600_000,
      severity: 'warning',
      threshold: 0.9,
      unit: 'ratio',
      summary: { en: 'GPU memory {value} – {uuid}', zh: 'GPU 显存 {value} – {uuid}' },
      description: {
        en: 'More than {threshold} of the memory of GPU {uuid} is in use, and the models in memory do not explain it, or it grows, or a model did not fit. The next model or a long prompt may not fit, and Ollama then computes on the CPU.',
        zh: 'GPU {uuid} 的显存占用超过 {threshold},且驻留模型不足以解释、仍在增长,或有模型加载失败。下一个模型或长提示可能放不下,Ollama 会退回 CPU 计算。',
      },
      runbook: 'gpumemoryhigh',
      panel: 'gpu-memory',
      commands: ['nvidia-smi', 'ollama ps', 'ollama stop MODEL'],
    },
    {
      name: 'GpuFullByDesign',
      expression: (threshold) => and(select(ollamaResident), fullByDesign(threshold), []),
      for: 600_000,
      severity: 'info',
      mailedOnce: true,
      threshold: 0.9,
      unit: 'state',
      summary: { en: 'the models in memory fill the GPU: {models}', zh: '驻留模型已占满 GPU:{models}' },
      description: {
        en: 'More than {threshold} of the GPU memory is in use because {models} lie in it at {backend}. That is what it is for; another model will push one of them out.',
        zh: '显存占用超过 {threshold},由 {backend} 上的驻留模型 {models} 占用。属正常使用;再加载其他模型会挤出其中之一。',
      },
      runbook: 'gpufullbydesign',
      panel: 'model-memory',
      commands: ['ollama ps', 'nvidia-smi'],
    },
  ],
};

export default group;
