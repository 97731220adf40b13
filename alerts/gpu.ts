import {
  gpuEccErrors,
  gpuRemappedRows,
  gpusExpected,
  gpusVisible,
  gpuTemperature,
  gpuTemperatureMargin,
  gpuThrottle,
} from '../src/catalogue/gpu.ts';
import { compare, increase, number, select, subtract, sum } from '../src/expression/ast.ts';
import type { RuleGroup } from '../src/rule.ts';

const group: RuleGroup = {
  name: 'gpu',
  rules: [
    {
      name: 'GpuMissing',
      causedBy: ['GpuXid'],
      expression: () => compare(subtract(select(gpusExpected), select(gpusVisible)), '>', number(0)),
      for: 60_000,
      severity: 'critical',
      unit: 'count',
      summary: { en: '{value} GPU is gone', zh: '{value} 块 GPU 消失' },
      description: {
        en: 'nvidia-smi lists fewer GPUs than before: one has fallen off the bus, or its driver has let it go.',
        zh: 'nvidia-smi 列出的 GPU 少于之前:有 GPU 掉线或驱动已放弃它。',
      },
      runbook: 'gpumissing',
      panel: 'gpus-present',
      commands: ['nvidia-smi -L', 'journalctl -k | grep -i nvrm | tail -20'],
    },
    {
      name: 'GpuHot',
      keepFiring: 300_000,
      expression: (threshold) => compare(select(gpuTemperature, { sensor: 'core' }), '>', number(threshold)),
      for: 300_000,
      severity: 'warning',
      threshold: 85,
      unit: 'celsius',
      summary: { en: 'GPU at {value} – {uuid}', zh: 'GPU 温度 {value} – {uuid}' },
      description: {
        en: 'The GPU {uuid} has been above {threshold} ({sensor} sensor); it will slow down to protect itself.',
        zh: 'GPU {uuid}({sensor} 传感器)持续超过 {threshold},将降频自保。',
      },
      runbook: 'gpuhot',
      panel: 'gpu-temperature',
      commands: ['nvidia-smi -q -d temperature', 'nvidia-smi -q -d performance'],
    },
    {
      name: 'GpuMarginGone',
      causedBy: ['GpuHot'],
      expression: (threshold) => compare(select(gpuTemperatureMargin), '<=', number(threshold)),
      for: 60_000,
      keepFiring: 300_000,
      severity: 'warning',
      threshold: 0,
      unit: 'celsius',
      summary: { en: 'GPU {uuid} is at its own heat limit', zh: 'GPU {uuid} 已达到自身温度上限' },
      description: {
        en: 'The card says that it has {value} left before it slows down, whatever its temperature reads.',
        zh: '显卡报告距降频仅剩 {value},无论温度读数多少。',
      },
      runbook: 'gpumargingone',
      panel: 'gpu-margin',
      commands: ['nvidia-smi -q -d temperature', 'nvidia-smi -q -d performance'],
    },
    {
      name: 'GpuThrottled',
      causedBy: ['GpuHot', 'GpuMarginGone'],
      keepFiring: 300_000,
      expression: () =>
        compare(
          select(gpuThrottle, { reason: ['hw_thermal_slowdown', 'sw_thermal_slowdown', 'hw_power_brake_slowdown'] }),
          '==',
          number(1),
        ),
      for: 300_000,
      severity: 'warning',
      unit: 'state',
      summary: { en: 'GPU {uuid} slows itself down ({reason})', zh: 'GPU {uuid} 正在降频({reason})' },
      description: {
        en: 'Clocks of GPU {uuid} have been limited for 5 minutes: {reason}. Answers are slower than the card allows.',
        zh: 'GPU {uuid} 已降频 5 分钟:{reason}。回答速度低于显卡能力。',
      },
      runbook: 'gputhrottled',
      panel: 'gpu-throttle',
      commands: ['nvidia-smi -q -d performance', 'nvidia-smi -q -d temperature'],
    },
    {
      name: 'GpuMemoryErrors',
      causedBy: ['GpuXid'],
      // By uuid alone: the metric's own label `severity` would be taken for that of the alert.
      expression: () =>
        compare(sum(increase(select(gpuEccErrors, { severity: 'uncorrected' }), 3600), 'uuid'), '>', number(0)),
      for: 0,
      severity: 'warning',
      unit: 'count',
      summary: { en: 'memory errors on GPU {uuid}', zh: 'GPU {uuid} 出现显存错误' },
      description: {
        en: 'GPU {uuid} had memory errors that it could not correct; answers may be wrong.',
        zh: 'GPU {uuid} 出现无法纠正的显存错误;回答可能有误。',
      },
      runbook: 'gpumemoryerrors',
      panel: 'gpu-faults',
      commands: ['nvidia-smi -q -d ecc,row_remapper', 'journalctl -k | grep -i xid | tail -5'],
    },
    {
      name: 'GpuRowsRemapped',
      causedBy: ['GpuXid', 'GpuMemoryErrors'],
      expression: () => compare(select(gpuRemappedRows), '>', number(0)),
      for: 0,
      severity: 'warning',
      unit: 'state',
      summary: { en: 'memory rows of GPU {uuid}: remap {state}', zh: 'GPU {uuid} 显存行重映射:{state}' },
      description: {
        en: 'pending: GPU {uuid} replaces bad memory rows at its next reset. failure: it has none left to replace them with. Now: {state}.',
        zh: 'pending:GPU {uuid} 将在下次重置时替换坏行;failure:已无可用备用行。当前:{state}。',
      },
      runbook: 'gpurowsremapped',
      panel: 'gpu-faults',
      commands: ['nvidia-smi -q -d row_remapper', 'nvidia-smi --gpu-reset -i {uuid}'],
    },
  ],
};

export default group;
