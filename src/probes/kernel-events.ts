/** What the kernel log says of GPUs and of memory. */
export type KernelEvent =
  | { readonly kind: 'xid'; readonly xid: number; readonly device: string }
  /** Off the bus in words alone: the code may come beside them, before them, or never. */
  | { readonly kind: 'off-bus' }
  | { readonly kind: 'oom'; readonly process: string; readonly pid: number };

const xid = /NVRM: Xid \(PCI:([0-9a-f:.]+)\): (\d+)/i;
const offBus = /NVRM:.*fallen off the bus/i;
/** The kernel tells one kill in up to three lines, the last of them always with the word "Killed". */
const killed = /Kill(?:ed)? process (\d+),? \(([^)]+)\)/i;
const chosen = /oom-kill:.*\btask=([^,\s]+),\s*pid=(\d+)/i;

/** Reads one entry of the kernel log; undefined for everything else. */
export function parseKernelEvent(message: string): KernelEvent | undefined {
  const [, device, code] = xid.exec(message) ?? [];
  if (device !== undefined) return { kind: 'xid', xid: Number(code), device };
  if (offBus.test(message)) return { kind: 'off-bus' };
  const [, killedPid, killedName] = killed.exec(message) ?? [];
  if (killedName !== undefined) return { kind: 'oom', process: killedName, pid: Number(killedPid) };
  const [, chosenName, chosenPid] = chosen.exec(message) ?? [];
  return chosenName === undefined ? undefined : { kind: 'oom', process: chosenName, pid: Number(chosenPid) };
}
