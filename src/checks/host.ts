import { z } from 'zod';
import * as host from '../catalogue/host.ts';
import { type Check, type CheckConfig, sampleOf, schedule } from '../check.ts';
import { duration } from '../config/types.ts';
import type { Sample } from '../expression/series.ts';
import { clockSynchronized, readHost, spaceAt } from '../probes/host.ts';

interface HostConfig extends CheckConfig {
  readonly folders: readonly string[];
}

const check: Check<HostConfig> = {
  summary: { en: 'CPU, memory, swap, disks and clock of this machine', zh: '本机的 CPU、内存、交换区、磁盘和时钟' },
  metrics: Object.values(host),
  schema: z.strictObject({
    every: schedule.prefault('60s'),
    timeout: duration.prefault('10s'),
    /** Folders whose space counts wherever they lie: those of the audit log and of Ollama's models. */
    folders: z
      .array(z.string().startsWith('/', 'expected an absolute path'))
      .default(['/var/log', '/usr/share/ollama']),
  }),
  async run({ folders, timeout }, { clock }) {
    const [reading, synchronized, spaces] = await Promise.all([
      readHost(),
      clockSynchronized(timeout * 0.8),
      Promise.all(folders.map(spaceAt)),
    ]);
    const at = clock.now();
    return [
      sampleOf(host.hostCpu, {}, reading.cpuRatio, at),
      sampleOf(host.hostMemoryAvailable, {}, reading.memoryAvailableBytes, at),
      sampleOf(host.hostMemoryTotal, {}, reading.memoryTotalBytes, at),
      sampleOf(host.hostSwapUsed, {}, reading.swapUsedBytes, at),
      sampleOf(host.hostSwapTotal, {}, reading.swapTotalBytes, at),
      ...reading.disks.flatMap(({ mount, freeBytes, totalBytes }) => [
        sampleOf(host.hostDiskFree, { mount }, freeBytes, at),
        sampleOf(host.hostDiskTotal, { mount }, totalBytes, at),
      ]),
      ...folders.flatMap((folder, index): Sample[] => {
        const space = spaces[index];
        if (!space) return [];
        return [
          sampleOf(host.hostFolderFree, { folder }, space.freeBytes, at),
          sampleOf(host.hostFolderTotal, { folder }, space.totalBytes, at),
        ];
      }),
      ...(synchronized === undefined ? [] : [sampleOf(host.hostClockSynchronized, {}, Number(synchronized), at)]),
    ];
  },
};

export default check;
