import { z } from 'zod';
import * as gpu from '../catalogue/gpu.ts';
import type { Metric } from '../catalogue/metric.ts';
import { type Check, type CheckConfig, sampleOf, schedule } from '../check.ts';
import { duration } from '../config/types.ts';
import type { Labels, Sample } from '../expression/series.ts';
import { type GpuReading, queryGpus } from '../probes/nvidia-smi.ts';

interface GpuConfig extends CheckConfig {
  readonly command: string;
}

const check: Check<GpuConfig> = {
  summary: { en: 'memory, temperature, load and clock limits of every GPU', zh: '每块 GPU 的显存、温度、负载与降频' },
  schema: z.strictObject({
    every: schedule.prefault('15s'),
    timeout: duration.prefault('10s'),
    command: z.string().min(1).default('nvidia-smi'),
  }),
  async run({ command, timeout }, { clock }) {
    // Two questions at most (help, then query): each gets less than half of the run's time.
    const readings = await queryGpus({ command, timeoutMs: Math.round(timeout * 0.45) });
    const at = clock.now();
    return [sampleOf(gpu.gpusVisible, {}, readings.length, at), ...readings.flatMap((one) => samplesOf(one, at))];
  },
};

function samplesOf(reading: GpuReading, at: number): Sample[] {
  const { uuid, name, driverVersion, throttle } = reading;
  const index = reading.index === undefined ? '' : String(reading.index);
  const known = (metric: Metric, labels: Labels, value: number | boolean | undefined): Sample[] =>
    value === undefined ? [] : [{ name: metric.name, labels, value: Number(value), at }];
  return [
    sampleOf(gpu.gpuInfo, { uuid, index, name, driver_version: driverVersion }, 1, at),
    ...known(gpu.gpuMemoryUsed, { uuid }, reading.memoryUsedBytes),
    ...known(gpu.gpuMemoryTotal, { uuid }, reading.memoryTotalBytes),
    ...known(gpu.gpuUtilization, { uuid }, reading.utilizationRatio),
    ...known(gpu.gpuTemperature, { uuid, sensor: 'core' }, reading.temperatureCelsius),
    ...known(gpu.gpuTemperature, { uuid, sensor: 'memory' }, reading.memoryTemperatureCelsius),
    ...known(gpu.gpuPower, { uuid }, reading.powerWatts),
    ...known(gpu.gpuThrottle, { uuid, reason: 'hw_thermal_slowdown' }, throttle.hwThermal),
    ...known(gpu.gpuThrottle, { uuid, reason: 'sw_thermal_slowdown' }, throttle.swThermal),
    ...known(gpu.gpuThrottle, { uuid, reason: 'hw_power_brake_slowdown' }, throttle.powerBrake),
    ...known(gpu.gpuThrottle, { uuid, reason: 'sw_power_cap' }, throttle.swPowerCap),
  ];
}

export default check;
