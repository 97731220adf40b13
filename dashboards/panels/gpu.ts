import {
  gpuEccErrors,
  gpuMemoryTotal,
  gpuMemoryUsed,
  gpuPower,
  gpuProcessMemory,
  gpuRemappedRows,
  gpusExpected,
  gpusVisible,
  gpuTemperature,
  gpuTemperatureMargin,
  gpuThrottle,
  gpuUtilization,
} from '../../src/catalogue/gpu.ts';
import { gpuXidEvents, oomKills } from '../../src/catalogue/kernel.ts';
import { divide, increase, maximum, minimum, select, sum } from '../../src/expression/ast.ts';
import type { Panel } from '../../src/panel.ts';

export const gpuMemory: Panel = {
  key: 'gpu-memory',
  title: { en: 'GPU memory', zh: 'GPU 显存' },
  description: {
    en: 'Share in use. Above 90 % and growing: ollama ps, then ollama stop MODEL for what nobody needs.',
    zh: '显存占用比例。超过 90% 且持续增长:先 ollama ps,再对不用的模型执行 ollama stop。',
  },
  kind: 'timeseries',
  unit: 'ratio',
  queries: [{ expression: divide(select(gpuMemoryUsed), select(gpuMemoryTotal)), legend: '{uuid}' }],
  thresholds: [
    { value: 0.9, state: 'warn' },
    { value: 0.97, state: 'bad' },
  ],
};

export const gpuHeat: Panel = {
  key: 'gpu-temperature',
  title: { en: 'GPU temperature', zh: 'GPU 温度' },
  description: {
    en: 'Above 85 °C: check fans, dust and room; nvidia-smi -q -d TEMPERATURE names the limit of the card.',
    zh: '超过 85 °C:检查风扇、积尘与机房;nvidia-smi -q -d TEMPERATURE 给出该卡的上限。',
  },
  kind: 'timeseries',
  unit: 'celsius',
  queries: [{ expression: maximum(select(gpuTemperature), 'uuid', 'sensor'), legend: '{sensor} {uuid}' }],
  thresholds: [{ value: 85, state: 'bad' }],
};

export const gpuLoad: Panel = {
  key: 'gpu-utilization',
  title: { en: 'GPU utilization', zh: 'GPU 利用率' },
  description: {
    en: 'Near 0 while chats run: the model is on the CPU. ollama ps shows the split.',
    zh: '聊天进行中却接近 0:模型运行在 CPU 上。ollama ps 可查看分配。',
  },
  kind: 'timeseries',
  unit: 'ratio',
  queries: [{ expression: select(gpuUtilization), legend: '{uuid}' }],
};

export const gpuWatts: Panel = {
  key: 'gpu-power',
  title: { en: 'GPU power', zh: 'GPU 功耗' },
  description: {
    en: 'Flat and low under load: power brake or cap. nvidia-smi -q -d PERFORMANCE.',
    zh: '高负载下持续偏低:触发功率制动或上限。nvidia-smi -q -d PERFORMANCE。',
  },
  kind: 'timeseries',
  unit: 'watts',
  queries: [{ expression: select(gpuPower), legend: '{uuid}' }],
};

export const gpuThrottling: Panel = {
  key: 'gpu-throttle',
  title: { en: 'GPU clock limits', zh: 'GPU 降频原因' },
  description: {
    en: '1 = active. thermal: cooling; power brake: power supply or cable.',
    zh: '1 = 生效。thermal:散热;power brake:电源或线缆。',
  },
  kind: 'timeseries',
  unit: 'state',
  queries: [{ expression: maximum(select(gpuThrottle), 'reason'), legend: '{reason}' }],
};

export const gpusPresent: Panel = {
  key: 'gpus-present',
  title: { en: 'GPUs', zh: 'GPU 数量' },
  description: {
    en: 'Fewer visible than expected: nvidia-smi -L, journalctl -k | grep -i nvrm.',
    zh: '可见数少于预期:nvidia-smi -L,journalctl -k | grep -i nvrm。',
  },
  kind: 'timeseries',
  unit: 'count',
  queries: [
    { expression: maximum(select(gpusVisible)), legend: 'visible' },
    { expression: maximum(select(gpusExpected)), legend: 'expected' },
  ],
};

export const gpuMargin: Panel = {
  key: 'gpu-margin',
  title: { en: 'Degrees left before the GPU slows down', zh: '距降频的温度余量' },
  description: {
    en: '0 or less: the card slows down now, whatever its temperature says.',
    zh: '小于等于 0:无论温度读数多少,显卡正在降频。',
  },
  kind: 'timeseries',
  unit: 'celsius',
  queries: [{ expression: minimum(select(gpuTemperatureMargin), 'uuid'), legend: '{uuid}' }],
};

export const gpuHolders: Panel = {
  key: 'gpu-holders',
  title: { en: 'Who holds GPU memory', zh: '显存占用进程' },
  description: {
    en: 'A process besides ollama takes memory from the models: nvidia-smi shows its pid.',
    zh: 'ollama 之外的进程正在占用显存:nvidia-smi 显示其 pid。',
  },
  kind: 'timeseries',
  unit: 'bytes',
  queries: [{ expression: sum(select(gpuProcessMemory), 'process'), legend: '{process}' }],
};

export const gpuFaults: Panel = {
  key: 'gpu-faults',
  title: { en: 'GPU and kernel faults per hour', zh: '每小时 GPU 与内核故障' },
  description: {
    en: 'Above 0: journalctl -k | grep -i -e xid -e oom. docs/runbook.md has the meaning of each Xid.',
    zh: '大于 0:journalctl -k | grep -i -e xid -e oom。各 Xid 含义见 docs/runbook.md。',
  },
  kind: 'timeseries',
  unit: 'count',
  queries: [
    { expression: sum(increase(select(gpuXidEvents), 3600), 'xid'), legend: 'Xid {xid}' },
    { expression: sum(increase(select(oomKills), 3600), 'process'), legend: 'OOM kill {process}' },
    { expression: sum(increase(select(gpuEccErrors), 3600), 'severity'), legend: 'ECC {severity}' },
    { expression: maximum(select(gpuRemappedRows), 'state'), legend: 'row remap {state}' },
  ],
};
