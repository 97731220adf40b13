import { metric } from './metric.ts';

export const startTime = metric({
  name: 'process_start_time_seconds',
  type: 'gauge',
  unit: 'timestamp',
  help: 'Start of the process, Unix time.',
});

export const cpu = metric({
  name: 'process_cpu_seconds_total',
  type: 'counter',
  unit: 'seconds',
  help: 'User and system CPU time spent.',
});

export const residentMemory = metric({
  name: 'process_resident_memory_bytes',
  type: 'gauge',
  unit: 'bytes',
  help: 'Resident memory of the process.',
});

export const eventLoopLag = metric({
  name: 'nodejs_eventloop_lag_p99_seconds',
  type: 'gauge',
  unit: 'seconds',
  help: 'Event loop delay, 99th percentile since the last scrape.',
});

export const buildInfo = metric({
  name: 'ops_build_info',
  type: 'gauge',
  unit: 'info',
  help: 'Always 1; the version of this program is in the label.',
  labels: { version: { atMost: 1 } },
});
