import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** One simulated GPU; memory in MiB. A text stands in its cell as it is, such as `[N/A]`. */
export interface SimulatedGpu {
  readonly uuid?: string;
  readonly name?: string;
  readonly memoryUsed?: number | string;
  readonly memoryTotal?: number | string;
  readonly utilization?: number | string;
  readonly temperature?: number | string;
  readonly power?: number | string;
  readonly thermalSlowdown?: boolean;
  /** Degrees until it slows down. */
  readonly margin?: number | string;
  readonly powerLimit?: number | string;
  readonly eccUncorrected?: number | string;
  readonly remapPending?: string;
  readonly mig?: string;
  /** Memory of MIG's instances, MiB. */
  readonly instances?: readonly { readonly used: number | string; readonly total: number | string }[];
  readonly processes?: readonly SimulatedProcess[];
}

interface SimulatedProcess {
  readonly pid: number;
  readonly name: string;
  readonly memory: number | string;
}

export type GpuFault = 'none' | 'hang' | 'driver-mismatch' | 'lost' | 'no-device' | 'apps-refused';

export interface GpuSimulator {
  /** The program, for `watch.checks.gpu.command`. */
  readonly command: string;
  set(gpus: readonly SimulatedGpu[], fault?: GpuFault): Promise<void>;
}

const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const script = fileURLToPath(new URL(`./nvidia-smi.${extension}`, import.meta.url));

/** Writes an `nvidia-smi` into a folder that answers as the state in its `gpu.json` says. */
export async function createGpuSimulator(folder: string): Promise<GpuSimulator> {
  await mkdir(folder, { recursive: true });
  const command = path.join(folder, 'nvidia-smi');
  const state = path.join(folder, 'gpu.json');
  const quoted = [process.execPath, script].map((part) => `'${part.replaceAll("'", "'\\''")}'`);
  await writeFile(command, `#!/bin/sh\nOPS_GPU_STATE='${state}' exec ${quoted.join(' ')} "$@"\n`, { mode: 0o755 });
  const set = async (gpus: readonly SimulatedGpu[], fault: GpuFault = 'none'): Promise<void> => {
    // Renamed into place: the program may read it at any moment.
    await writeFile(`${state}.new`, JSON.stringify({ fault, gpus }));
    await rename(`${state}.new`, state);
  };
  await set([{}]);
  return { command, set };
}
