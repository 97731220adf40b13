import { gpuMemoryTotal, gpuMemoryUsed } from '../src/catalogue/gpu.ts';
import { compare, divide, number, select } from '../src/expression/ast.ts';
import type { RuleGroup } from '../src/rule.ts';

const group: RuleGroup = {
  name: 'gpu',
  rules: [
    {
      name: 'GpuMemoryHigh',
      expression: (threshold) => compare(divide(select(gpuMemoryUsed), select(gpuMemoryTotal)), '>', number(threshold)),
      for: 600_000,
      severity: 'warning',
      threshold: 0.9,
      unit: 'ratio',
      summary: { en: 'GPU memory {value} – {uuid}', zh: 'GPU 显存 {value} – {uuid}' },
      description: {
        en: 'More than {threshold} of the memory of GPU {uuid} is in use. The next model or a long prompt may not fit, and Ollama then computes on the CPU.',
        zh: 'GPU {uuid} 的显存占用超过 {threshold}。下一个模型或长提示可能放不下,Ollama 会退回 CPU 计算。',
      },
      runbook: 'gpumemoryhigh',
      panel: 'gpu-memory',
      commands: ['nvidia-smi', 'ollama ps', 'ollama stop MODEL'],
    },
  ],
};

export default group;
