/** A part of a GPU that is divided by MIG. */
export interface GpuInstance {
  /** UUID of the whole GPU. */
  readonly gpu: string;
  /** Position among its instances. */
  readonly index: string;
  readonly memoryUsedBytes: number;
  readonly memoryTotalBytes: number;
}

const mebibyte = 1024 * 1024;

/** Reads the instances out of `nvidia-smi -q -x`; those whose memory the driver does not say are left out. */
export function parseInstances(xml: string): GpuInstance[] {
  return elements(xml, 'gpu').flatMap((gpu) => {
    const [instances = ''] = elements(gpu, 'mig_devices');
    // An instance may have a UUID too.
    const [uuid = ''] = elements(gpu.replace(instances, ''), 'uuid');
    return elements(instances, 'mig_device').flatMap((one): GpuInstance[] => {
      const [memory = ''] = elements(one, 'fb_memory_usage');
      const [used, total] = ['used', 'total'].map((name) => mebibytes(elements(memory, name)[0]));
      const [index = ''] = elements(one, 'index');
      return used === undefined || total === undefined
        ? []
        : [{ gpu: uuid, index, memoryUsedBytes: used, memoryTotalBytes: total }];
    });
  });
}

/** The contents of all elements of a name; none of those that are asked for here stands within one of its own name. */
const elements = (xml: string, name: string): string[] =>
  [...xml.matchAll(new RegExp(`<${name}(?: [^>]*)?>([\\s\\S]*?)</${name}>`, 'g'))].map(([, content = '']) => content);

function mebibytes(cell = ''): number | undefined {
  const found = /^\s*(\d+) MiB\s*$/.exec(cell);
  return found ? Number(found[1]) * mebibyte : undefined;
}
