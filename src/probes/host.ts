import { statfs } from 'node:fs/promises';
import { codeOf, OpsError } from '../errors.ts';
import { runProgram } from './run.ts';

export interface HostReading {
  /** 0 to 1, since the reading before. */
  readonly cpuRatio: number;
  readonly memoryAvailableBytes: number;
  readonly memoryTotalBytes: number;
  readonly swapUsedBytes: number;
  readonly swapTotalBytes: number;
  readonly disks: readonly { mount: string; freeBytes: number; totalBytes: number }[];
}

/** Images and memory file systems are full by design. */
const uninteresting = /^(squashfs|overlay|tmpfs|devtmpfs|ramfs|iso9660|efivarfs)$/;

/**
 * Reads the host's load. Loaded at first use: the library costs 10 MB. Never its `graphics()`, which calls nvidia-smi
 * synchronously and turns a temperature of 0 into nothing.
 *
 * @throws OpsError `probe_failed` after `timeoutMs`: a dead network mount can block for ever.
 */
export async function readHost(timeoutMs: number): Promise<HostReading> {
  const { currentLoad, fsSize, mem } = (await import('systeminformation')).default;
  const deadline = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    deadline.reject(new OpsError('probe_failed', { probe: 'host', reason: `no answer within ${timeoutMs} ms` }));
  }, timeoutMs);
  try {
    const readings = Promise.all([currentLoad(), mem(), fsSize()]);
    const [load, memory, disks] = await Promise.race([readings, deadline.promise]);
    return {
      cpuRatio: load.currentLoad / 100,
      memoryAvailableBytes: memory.available,
      memoryTotalBytes: memory.total,
      swapUsedBytes: memory.swapused,
      swapTotalBytes: memory.swaptotal,
      disks: disks
        .filter(({ type, size }) => size > 0 && !uninteresting.test(type))
        .map(({ mount, available, size }) => ({ mount, freeBytes: available, totalBytes: size })),
    };
  } finally {
    clearTimeout(timer);
  }
}

export interface Space {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

/** Space where a folder lies, for users without root's reserve; undefined when there is no such folder. */
export async function spaceAt(folder: string): Promise<Space | undefined> {
  try {
    const { bavail, blocks, bsize } = await statfs(folder);
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return undefined;
    throw thrown;
  }
}

/** Whether the clock follows a time server; undefined where systemd does not tell, as in a container. */
export async function clockSynchronized(timeoutMs: number): Promise<boolean | undefined> {
  const args = ['show', '--property=NTPSynchronized', '--value'];
  try {
    const { stdout } = await runProgram('timedatectl', args, { timeoutMs });
    return stdout.trim() === 'yes' ? true : stdout.trim() === 'no' ? false : undefined;
  } catch (thrown) {
    if (thrown instanceof OpsError) return undefined;
    throw thrown;
  }
}
