import { metric } from './metric.ts';

const uuid = { atMost: 16 };

export const gpuInfo = metric({
  name: 'ops_gpu_info',
  type: 'gauge',
  unit: 'info',
  help: 'Always 1; identity of a GPU. Every other series carries only its uuid.',
  labels: { uuid, index: { atMost: 16 }, name: { atMost: 16 }, driver_version: { atMost: 4 } },
});

export const gpuMemoryUsed = metric({
  name: 'ops_gpu_memory_used_bytes',
  type: 'gauge',
  unit: 'bytes',
  help: 'GPU memory in use.',
  labels: { uuid },
  otel: 'hw.gpu.memory.usage',
});

export const gpuMemoryTotal = metric({
  name: 'ops_gpu_memory_total_bytes',
  type: 'gauge',
  unit: 'bytes',
  help: 'GPU memory installed.',
  labels: { uuid },
  otel: 'hw.gpu.memory.limit',
});

export const gpuUtilization = metric({
  name: 'ops_gpu_utilization_ratio',
  type: 'gauge',
  unit: 'ratio',
  help: 'Share of time in which at least one kernel ran.',
  labels: { uuid },
  otel: 'hw.gpu.utilization',
});

export const gpuTemperature = metric({
  name: 'ops_gpu_temperature_celsius',
  type: 'gauge',
  unit: 'celsius',
  help: 'Temperature of a GPU by sensor.',
  labels: { uuid, sensor: ['core', 'memory'] },
  otel: 'hw.gpu.temperature',
});

export const gpuPower = metric({
  name: 'ops_gpu_power_draw_watts',
  type: 'gauge',
  unit: 'watts',
  help: 'Power drawn by a GPU.',
  labels: { uuid },
  otel: 'hw.gpu.power.draw',
});

export const gpuThrottle = metric({
  name: 'ops_gpu_clocks_event_active',
  type: 'gauge',
  unit: 'state',
  help: 'Whether a clock limit is active, by reason.',
  labels: { uuid, reason: ['hw_thermal_slowdown', 'sw_thermal_slowdown', 'hw_power_brake_slowdown', 'sw_power_cap'] },
});

export const gpusVisible = metric({
  name: 'ops_gpus_visible',
  type: 'gauge',
  unit: 'count',
  help: 'GPUs that nvidia-smi listed at its last success.',
});
