import { readFile } from 'node:fs/promises';

const listening = '0A';

/** TCP ports on which something listens in this network namespace; undefined where /proc cannot tell. */
export async function listeningPorts(): Promise<ReadonlySet<number> | undefined> {
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((file) => readFile(file, 'utf8').catch(() => undefined)),
  );
  if (tables[0] === undefined) return undefined;
  return new Set(tables.flatMap((table) => portsOf(table ?? '')));
}

/** Ports of the rows in state LISTEN: `  0: 0100007F:4965 00000000:0000 0A …`. */
export function portsOf(table: string): number[] {
  return table.split('\n').flatMap((row) => {
    const [, local, , state] = row.trim().split(/\s+/);
    return state === listening ? [Number.parseInt(local?.split(':')[1] ?? '', 16)] : [];
  });
}
