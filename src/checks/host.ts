import { z } from 'zod';
import { hostCpu, hostDiskFree, hostDiskTotal, hostMemoryAvailable, hostMemoryTotal } from '../catalogue/host.ts';
import { type Check, type CheckConfig, sampleOf, schedule } from '../check.ts';
import { duration } from '../config/types.ts';
import { readHost } from '../probes/host.ts';

const check: Check<CheckConfig> = {
  summary: { en: 'CPU, memory and disks of this machine', zh: '本机的 CPU、内存和磁盘' },
  schema: z.strictObject({
    every: schedule.prefault('60s'),
    timeout: duration.prefault('10s'),
  }),
  async run({ timeout }, { clock }) {
    const { cpuRatio, memoryAvailableBytes, memoryTotalBytes, disks } = await readHost(timeout * 0.8);
    const at = clock.now();
    return [
      sampleOf(hostCpu, {}, cpuRatio, at),
      sampleOf(hostMemoryAvailable, {}, memoryAvailableBytes, at),
      sampleOf(hostMemoryTotal, {}, memoryTotalBytes, at),
      ...disks.flatMap(({ mount, freeBytes, totalBytes }) => [
        sampleOf(hostDiskFree, { mount }, freeBytes, at),
        sampleOf(hostDiskTotal, { mount }, totalBytes, at),
      ]),
    ];
  },
};

export default check;
