import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ListenAddress } from '../src/config/types.ts';
import { codeOf, OpsError, reasonOf } from '../src/errors.ts';

/** Runs `bind` for an address. @throws OpsError `address_in_use` or `address_unavailable` naming `option`. */
export async function listenOn(
  { host, port }: ListenAddress,
  option: string,
  bind: (host: string, port: number) => Promise<unknown>,
): Promise<void> {
  try {
    await bindWhere(host, port, bind);
  } catch (cause) {
    const values = { host: host ?? 'every address', port, option, reason: reasonOf(cause) };
    throw new OpsError(codeOf(cause) === 'EADDRINUSE' ? 'address_in_use' : 'address_unavailable', values, { cause });
  }
}

/** Without a host: every address, of IPv6 too where the machine has it. */
async function bindWhere(
  host: string | undefined,
  port: number,
  bind: (host: string, port: number) => Promise<unknown>,
) {
  if (host !== undefined) return bind(host, port);
  try {
    return await bind('::', port);
  } catch (thrown) {
    if (!['EAFNOSUPPORT', 'EADDRNOTAVAIL'].includes(codeOf(thrown) ?? '')) throw thrown;
    return bind('0.0.0.0', port);
  }
}

/** Binds a plain HTTP server. */
export function bindServer(server: Server): (host: string, port: number) => Promise<void> {
  return (host, port) =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        server.off('error', reject);
        resolve();
      });
    });
}

/** The address of a listening server that a program on this machine can use, such as `http://127.0.0.1:18789`. */
export function urlOf(server: Server): string {
  const { address, port } = server.address() as AddressInfo;
  const host = address === '::' || address === '0.0.0.0' ? '127.0.0.1' : address;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
