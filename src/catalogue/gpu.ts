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
  labels: {
    uuid,
    reason: ['hw_thermal_slowdown', 'sw_thermal_slowdown', 'hw_power_brake_slowdown', 'sw_power_cap', 'hw_slowdown'],
  },
});

export const gpusVisible = metric({
  name: 'ops_gpus_visible',
  type: 'gauge',
  unit: 'count',
  help: 'GPUs that nvidia-smi listed at its last success.',
});

export const gpusExpected = metric({
  name: 'ops_gpus_expected',
  type: 'gauge',
  unit: 'count',
  help: 'GPUs that were listed since a day before watch started, or more where the option expected says so.',
});

export const gpuTemperatureMargin = metric({
  name: 'ops_gpu_temperature_margin_celsius',
  type: 'gauge',
  unit: 'celsius',
  help: 'Degrees left until a GPU slows itself down, for cards that tell.',
  labels: { uuid },
});

export const gpuPowerLimit = metric({
  name: 'ops_gpu_power_limit_watts',
  type: 'gauge',
  unit: 'watts',
  help: 'Power limit that is enforced on a GPU.',
  labels: { uuid },
  otel: 'hw.gpu.power.limit',
});

export const gpuEccErrors = metric({
  name: 'ops_gpu_ecc_errors_total',
  type: 'counter',
  unit: 'count',
  help: 'Memory errors since the driver was loaded.',
  labels: { uuid, severity: ['corrected', 'uncorrected'] },
  otel: 'hw.errors',
});

export const gpuRemappedRows = metric({
  name: 'ops_gpu_remapped_rows_state',
  type: 'gauge',
  unit: 'state',
  help: 'Whether memory rows wait for a reset of the GPU (pending) or could not be replaced (failure).',
  labels: { uuid, state: ['pending', 'failure'] },
});

export const gpuMig = metric({
  name: 'ops_gpu_mig_enabled',
  type: 'gauge',
  unit: 'state',
  help: 'Whether a GPU is divided into instances (MIG); its utilization is unknown then.',
  labels: { uuid },
});

export const gpuProcessMemory = metric({
  name: 'ops_gpu_process_memory_bytes',
  type: 'gauge',
  unit: 'bytes',
  help: 'GPU memory by the program that holds it; every process of Ollama is called ollama.',
  labels: { uuid, process: { atMost: 20 } },
});
