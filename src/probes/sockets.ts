import { readFile } from 'node:fs/promises';

const listening = '0A';

export interface ListeningSocket {
  readonly port: number;
  /** Reachable from this machine only. */
  readonly loopback: boolean;
}

/** TCP sockets that listen in this network namespace; undefined where /proc cannot tell. */
export async function listeningSockets(): Promise<readonly ListeningSocket[] | undefined> {
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((file) => readFile(file, 'utf8').catch(() => undefined)),
  );
  if (tables[0] === undefined) return undefined;
  return tables.flatMap((table) => socketsOf(table ?? ''));
}

/** TCP ports on which something listens in this network namespace; undefined where /proc cannot tell. */
export async function listeningPorts(): Promise<ReadonlySet<number> | undefined> {
  const sockets = await listeningSockets();
  return sockets && new Set(sockets.map(({ port }) => port));
}

/** Rows in state LISTEN: `  0: 0100007F:4965 00000000:0000 0A …`; each group of four bytes of an address is reversed. */
export function socketsOf(table: string): ListeningSocket[] {
  return table.split('\n').flatMap((row) => {
    const [, local = '', , state] = row.trim().split(/\s+/);
    if (state !== listening) return [];
    const [address = '', port = ''] = local.split(':');
    return [{ port: Number.parseInt(port, 16), loopback: loopback.test(address) }];
  });
}

/** 127.0.0.0/8, ::1, and the first as an IPv6 address. */
const loopback = /^(?:[0-9A-F]{6}7F|0{24}01000000|0{16}FFFF0000[0-9A-F]{6}7F)$/;
