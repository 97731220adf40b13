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

export const valuesFolded = metric({
  name: 'ops_metric_values_folded_total',
  type: 'counter',
  unit: 'count',
  help: 'Values of a metric that were kept under other, because its label has more different values than it may.',
  labels: { metric: { atMost: 100 } },
});

export const configReloadSuccessful = metric({
  name: 'ops_config_last_reload_successful',
  type: 'gauge',
  unit: 'state',
  help: 'Whether the configuration file was accepted when it was last read: 0 means that the running one is older.',
});

export const configReloadTime = metric({
  name: 'ops_config_last_reload_success_timestamp_seconds',
  type: 'gauge',
  unit: 'timestamp',
  help: 'Time of the last configuration that was accepted, Unix time.',
});
