/** `rule=GpuMemoryHigh uuid=GPU-0` of a label set. */
export const pairs = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
