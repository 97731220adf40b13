import {
  hostCpu,
  hostDiskFree,
  hostDiskTotal,
  hostMemoryAvailable,
  hostMemoryTotal,
} from '../../src/catalogue/host.ts';
import { divide, select } from '../../src/expression/ast.ts';
import type { Panel } from '../../src/panel.ts';

export const hostLoad: Panel = {
  key: 'host-load',
  title: { en: 'Host: CPU in use, memory available', zh: '主机:CPU 占用与可用内存' },
  description: {
    en: 'CPU near 100 % while the GPU idles: the model runs on the CPU. Memory near 0: loads fail or swap.',
    zh: 'GPU 空闲而 CPU 接近 100%:模型运行在 CPU 上;可用内存接近 0:加载失败或发生换页。',
  },
  kind: 'timeseries',
  unit: 'ratio',
  queries: [
    { expression: select(hostCpu), legend: 'CPU' },
    { expression: divide(select(hostMemoryAvailable), select(hostMemoryTotal)), legend: 'memory available' },
  ],
};

export const diskFree: Panel = {
  key: 'disk-free',
  title: { en: 'Disk free', zh: '磁盘剩余' },
  description: {
    en: 'Near 0: ollama list shows models that can go; journalctl --vacuum-size=1G.',
    zh: '接近 0:用 ollama list 找出可删除的模型;journalctl --vacuum-size=1G。',
  },
  kind: 'timeseries',
  unit: 'ratio',
  queries: [{ expression: divide(select(hostDiskFree), select(hostDiskTotal)), legend: '{mount}' }],
};
