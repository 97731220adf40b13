import { metric } from './metric.ts';

export const hostCpu = metric({
  name: 'ops_host_cpu_utilization_ratio',
  type: 'gauge',
  unit: 'ratio',
  help: 'Share of CPU time in use since the check before.',
});

export const hostMemoryAvailable = metric({
  name: 'ops_host_memory_available_bytes',
  type: 'gauge',
  unit: 'bytes',
  help: 'Memory that programs can still get without swapping.',
});

export const hostMemoryTotal = metric({
  name: 'ops_host_memory_total_bytes',
  type: 'gauge',
  unit: 'bytes',
  help: 'Memory installed.',
});

const mount = { atMost: 20 };

export const hostDiskFree = metric({
  name: 'ops_host_disk_free_bytes',
  type: 'gauge',
  unit: 'bytes',
  help: 'Free space of a local file system.',
  labels: { mount },
});

export const hostDiskTotal = metric({
  name: 'ops_host_disk_total_bytes',
  type: 'gauge',
  unit: 'bytes',
  help: 'Size of a local file system.',
  labels: { mount },
});
