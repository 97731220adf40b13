import { configReloadSuccessful, cpu, eventLoopLag, residentMemory } from '../../src/catalogue/process.ts';
import { minimum, rate, select } from '../../src/expression/ast.ts';
import type { Panel } from '../../src/panel.ts';

export const configAccepted: Panel = {
  key: 'config-accepted',
  title: { en: 'Configuration accepted', zh: '配置是否生效' },
  description: {
    en: '0: the file was refused at its last change and the old one runs on. ops config check.',
    zh: '0:上次修改的配置被拒绝,仍在使用旧配置。ops config check。',
  },
  kind: 'stat',
  unit: 'state',
  queries: [{ expression: minimum(select(configReloadSuccessful)), legend: 'accepted' }],
  thresholds: [{ value: 1, state: 'good' }],
};

export const processMemory: Panel = {
  key: 'process-memory',
  title: { en: 'Memory of gateway and watch', zh: '网关与 watch 的内存' },
  description: {
    en: 'Growing for days: a leak. Restart the service and report it.',
    zh: '连续数天增长:内存泄漏。重启服务并上报。',
  },
  kind: 'timeseries',
  unit: 'bytes',
  queries: [{ expression: select(residentMemory), legend: '{job} {instance}' }],
};

export const processLoad: Panel = {
  key: 'process-load',
  title: { en: 'CPU and event loop of gateway and watch', zh: '网关与 watch 的 CPU 与事件循环' },
  description: {
    en: 'CPU near 1: one core is busy. A lag above 0.5 s delays every token.',
    zh: 'CPU 接近 1:单核满载。延迟超过 0.5 秒会拖慢每个 token。',
  },
  kind: 'timeseries',
  unit: 'count',
  queries: [
    { expression: rate(select(cpu), 'auto'), legend: 'CPU {job}' },
    { expression: select(eventLoopLag), legend: 'lag {job}' },
  ],
};
