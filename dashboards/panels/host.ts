import {
  hostClockSynchronized,
  hostCpu,
  hostDiskFree,
  hostDiskTotal,
  hostFolderFree,
  hostFolderTotal,
  hostMemoryAvailable,
  hostMemoryTotal,
  hostSwapTotal,
  hostSwapUsed,
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

export const folderFree: Panel = {
  key: 'folder-free',
  title: { en: 'Space for audit log and models', zh: '审计日志与模型目录剩余空间' },
  description: {
    en: 'Near 0: audit lines are lost and pulls fail. du -xh --max-depth=1 on the folder.',
    zh: '接近 0:审计日志丢失、拉取失败。对该目录执行 du -xh --max-depth=1。',
  },
  kind: 'timeseries',
  unit: 'ratio',
  queries: [{ expression: divide(select(hostFolderFree), select(hostFolderTotal)), legend: '{folder}' }],
};

export const swapAndClock: Panel = {
  key: 'swap-and-clock',
  title: { en: 'Swap in use, clock in step', zh: '交换区占用与时钟同步' },
  description: {
    en: 'Swap near 100 %: models page and answers crawl. clock at 0: timedatectl; times in logs cannot be compared.',
    zh: '交换区接近 100%:模型换页,回答极慢。clock 为 0:timedatectl;各日志时间无法对齐。',
  },
  kind: 'timeseries',
  unit: 'ratio',
  queries: [
    { expression: divide(select(hostSwapUsed), select(hostSwapTotal)), legend: 'swap' },
    { expression: select(hostClockSynchronized), legend: 'clock' },
  ],
};
