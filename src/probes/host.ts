import { readFile, statfs } from 'node:fs/promises';
import { codeOf, OpsError } from '../errors.ts';
import { runProgram } from './run.ts';

export interface HostReading {
  /** 0 to 1, since the reading before; at the first one since the machine was started. */
  readonly cpuRatio: number;
  readonly memoryAvailableBytes: number;
  readonly memoryTotalBytes: number;
  readonly swapUsedBytes: number;
  readonly swapTotalBytes: number;
  readonly disks: readonly ({ mount: string } & Space)[];
}

export interface Space {
  /** For users without root's reserve. */
  readonly freeBytes: number;
  readonly totalBytes: number;
}

/**
 * Reads the host's load. systeminformation is loaded at first use: it costs 5 MB. Never its `graphics()`, which calls
 * nvidia-smi synchronously and turns a temperature of 0 into nothing, nor its `fsSize()`, which hangs with a dead network
 * disk.
 */
export async function readHost(): Promise<HostReading> {
  const { currentLoad, mem } = (await import('systeminformation')).default;
  const [load, memory, mounts] = await Promise.all([currentLoad(), mem(), readFile('/proc/self/mounts', 'utf8')]);
  // A mount below a folder that is closed to this user is left out, as df does.
  const spaces = diskMounts(mounts).map(async (mount) => ({
    mount,
    space: await spaceAt(mount).catch(() => undefined),
  }));
  return {
    cpuRatio: load.currentLoad / 100,
    memoryAvailableBytes: memory.available,
    memoryTotalBytes: memory.total,
    swapUsedBytes: memory.swapused,
    swapTotalBytes: memory.swaptotal,
    disks: (await Promise.all(spaces)).flatMap(({ mount, space }) => (space?.totalBytes ? [{ mount, ...space }] : [])),
  };
}

/** Images are full by design. */
const images = /^(squashfs|iso9660|efivarfs|overlay)$/;

/**
 * Where the disks of this machine are mounted, from /proc/self/mounts. A disk that is mounted more than once is named by
 * its shortest path. Network disks are left out: asking a dead one never ends.
 */
export function diskMounts(mounts: string): string[] {
  const shortest = new Map<string, string>();
  for (const line of mounts.split('\n')) {
    const [source = '', escaped = '', type = ''] = line.split(' ');
    if (images.test(type) || (!source.startsWith('/dev/') && type !== 'zfs')) continue;
    const mount = escaped.replace(/\\([0-7]{3})/g, (_, octal: string) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    );
    if (mount.length < (shortest.get(source)?.length ?? Number.POSITIVE_INFINITY)) shortest.set(source, mount);
  }
  return [...shortest.values()];
}

/** Questions that a file system has not answered yet. */
const asked = new Map<string, Promise<Space | undefined>>();

/**
 * Space where a folder lies; undefined when there is no such folder. A file system that does not answer is not asked a
 * second time meanwhile: each question holds one of Node's four threads for files.
 */
export function spaceAt(folder: string): Promise<Space | undefined> {
  const answer = asked.get(folder) ?? askSpace(folder).finally(() => asked.delete(folder));
  asked.set(folder, answer);
  return answer;
}

async function askSpace(folder: string): Promise<Space | undefined> {
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
