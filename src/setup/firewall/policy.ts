import type { ListenAddress } from '../../config/types.ts';

/** What comes in, by TCP port; everything else is dropped. */
export interface FirewallPolicy {
  /** Open to everybody: ssh, HTTP, HTTPS. */
  readonly open: readonly number[];
  /** Of this product and Ollama: closed even to a connection that was open before the rules were loaded. */
  readonly closed: readonly number[];
  /** The gateway's own port, for the addresses of its whitelist. */
  readonly trusted: { readonly port: number; readonly addresses: readonly string[] } | undefined;
}

export interface FirewallInput {
  readonly gateway: {
    readonly listen: ListenAddress;
    readonly metrics_listen: ListenAddress;
    readonly ollama_api: readonly string[];
    readonly whitelist: { readonly enabled: boolean; readonly ips: readonly string[] };
  };
  readonly page: ListenAddress;
  readonly webPorts: readonly number[];
  readonly sshPorts: readonly number[];
}

/** Port of Ollama that is closed whether or not the gateway asks it: who reaches it needs no key. */
const ollamaPort = 11_434;

/** The article's first layer: 22, 80 and 443 are open, the gateway to trusted addresses, nothing else. */
export function firewallPolicy({ gateway, page, webPorts, sshPorts }: FirewallInput): FirewallPolicy {
  const open = ports([...sshPorts, ...webPorts]);
  const ollama = gateway.ollama_api.map((url) => new URL(url)).filter(({ hostname }) => isLoopback(hostname));
  const own = [gateway.listen, gateway.metrics_listen, page].map(({ port }) => port);
  const { enabled, ips } = gateway.whitelist;
  const addresses = enabled ? ips.filter((address) => !isLoopback(address)) : [];
  const reachable = gateway.listen.host === undefined || !isLoopback(gateway.listen.host);
  return {
    open,
    closed: ports([...own, ollamaPort, ...ollama.map(({ port }) => Number(port) || 80)]).filter(
      (port) => !open.includes(port),
    ),
    trusted: reachable && addresses.length > 0 ? { port: gateway.listen.port, addresses } : undefined,
  };
}

const ports = (all: readonly number[]) => [...new Set(all)].sort((one, other) => one - other);

const isLoopback = (host: string) => /^(?:localhost|127(?:\.\d+){3}(?:\/\d+)?|\[?::1\]?(?:\/128)?)$/.test(host);

/** The addresses of one family. */
export const familyOf = (addresses: readonly string[], family: 4 | 6) =>
  addresses.filter((address) => address.includes(':') === (family === 6));
