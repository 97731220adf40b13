import { metric } from './metric.ts';

export const gpuXidEvents = metric({
  name: 'ops_gpu_xid_events_total',
  type: 'counter',
  unit: 'count',
  help: 'Errors that the NVIDIA driver wrote into the kernel log, by code, since the watch before this one or, where there was none, 5 minutes before its start.',
  labels: { xid: { atMost: 50 } },
});

export const oomKills = metric({
  name: 'ops_oom_kills_total',
  type: 'counter',
  unit: 'count',
  help: 'Processes that the kernel killed for want of memory, by name, since the watch before this one or, where there was none, 5 minutes before its start.',
  labels: { process: { atMost: 20 } },
});
