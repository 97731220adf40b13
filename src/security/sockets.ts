import { answers } from '../probes/answers.ts';
import { listeningSockets } from '../probes/sockets.ts';
import { broken, type Claim, ok, type SecurityContext, unknown, type Verdict } from './claim.ts';
import { closedFrom, judgeOutside } from './reachable.ts';

const portOf = (url: string) => {
  const { port, protocol } = new URL(url);
  return Number(port) || (protocol === 'https:' ? 443 : 80);
};

const portsOf = ({ gateway, ollama }: SecurityContext) => [gateway, ...ollama].map(portOf);

export const socketClaims: readonly Claim[] = [
  {
    layer: 'L1',
    claim: {
      en: 'gateway and Ollama do not answer on other addresses of this machine',
      zh: '本机其他地址无法直连网关和 Ollama',
    },
    fix: 'bind both to 127.0.0.1, and load the rules of: ops firewall print',
    run: tryDirectly,
  },
  {
    layer: 'L1',
    claim: { en: 'nothing but 22, 80 and 443 is reachable from outside', zh: '外部只能访问 22、80、443 端口' },
    fix: 'bind what should be local to 127.0.0.1, and load the rules of: ops firewall print',
    run: async (context) => judgeOutside(context),
  },
  {
    layer: 'L3',
    claim: { en: 'the gateway listens on loopback only', zh: '网关只监听回环地址' },
    fix: 'set gateway.listen: 127.0.0.1:18789',
    run: ({ gateway }) => boundToLoopback([gateway]),
  },
  {
    layer: 'L4',
    claim: { en: 'Ollama listens on loopback only', zh: 'Ollama 只监听回环地址' },
    fix: 'set OLLAMA_HOST=127.0.0.1:11434 in the unit of Ollama (deploy/ has the drop-in)',
    run: ({ ollama }) => boundToLoopback(ollama),
  },
];

async function boundToLoopback(urls: readonly string[]): Promise<Verdict> {
  const sockets = await listeningSockets();
  if (sockets === undefined) return unknown('/proc/net/tcp cannot be read');
  const ports = [...new Set(urls.map(portOf))];
  const open = ports.filter((port) => sockets.some((socket) => socket.port === port && !socket.loopback));
  if (open.length > 0) return broken(`port ${open.join(', ')} listens on an address that is not loopback`);
  const silent = ports.filter((port) => !sockets.some((socket) => socket.port === port));
  if (silent.length > 0) return unknown(`nothing listens on port ${silent.join(', ')} in this network namespace`);
  return ok(`port ${ports.join(', ')} listens on loopback`);
}

/** The request comes from this machine: an address that refuses it refuses others too, not the other way round. */
async function tryDirectly(context: SecurityContext): Promise<Verdict> {
  const { addresses, timeoutMs } = context;
  if (addresses.length === 0 && closedFrom(context, portsOf(context))) return ok('another machine reaches neither');
  if (addresses.length === 0) return unknown('this machine has no address besides loopback');
  const ports = [...new Set(portsOf(context))];
  const sockets = await listeningSockets();
  if (sockets === undefined) return unknown('/proc/net/tcp cannot be read');
  const silent = ports.filter((port) => !sockets.some((socket) => socket.port === port));
  const results = await Promise.all(
    addresses.flatMap((address) =>
      ports.map(async (port) => ({ at: `${address} port ${port}`, result: await answers(address, port, timeoutMs) })),
    ),
  );
  const said = (wanted: string) => results.filter(({ result }) => result === wanted).map(({ at }) => at);
  if (said('yes').length > 0) return broken(`answered by ${said('yes').join(', ')}`);
  if (said('unclear').length > 0) return unknown(`neither answer nor refusal from ${said('unclear').join(', ')}`);
  if (silent.length > 0) return unknown(`refused, but nothing listens on port ${silent.join(', ')} at all`);
  return ok(`refused on ${addresses.join(', ')}`);
}
