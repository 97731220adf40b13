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

export const hostSwapUsed = metric({
  name: 'ops_host_swap_used_bytes',
  type: 'gauge',
  unit: 'bytes',
  help: 'Swap in use.',
});

export const hostSwapTotal = metric({
  name: 'ops_host_swap_total_bytes',
  type: 'gauge',
  unit: 'bytes',
  help: 'Swap installed, 0 where there is none.',
});

const folder = { atMost: 20 };

export const hostFolderFree = metric({
  name: 'ops_host_folder_free_bytes',
  type: 'gauge',
  unit: 'bytes',
  help: 'Free space where a watched folder lies, such as that of the audit log or of the models.',
  labels: { folder },
});

export const hostFolderTotal = metric({
  name: 'ops_host_folder_total_bytes',
  type: 'gauge',
  unit: 'bytes',
  help: 'Size of the file system where a watched folder lies.',
  labels: { folder },
});

export const hostClockSynchronized = metric({
  name: 'ops_host_clock_synchronized',
  type: 'gauge',
  unit: 'state',
  help: 'Whether the clock follows a time server, where systemd tells.',
});
