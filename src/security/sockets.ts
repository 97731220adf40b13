import { answers } from '../probes/answers.ts';
import { listeningSockets } from '../probes/sockets.ts';
import { broken, type Claim, ok, type SecurityContext, unknown, type Verdict } from './claim.ts';
import { closedFrom, judgeOutside, written } from './reachable.ts';

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
    fix: {
      en: 'bind both to 127.0.0.1, and load the rules of: ops firewall print',
      zh: '两者都绑定到 127.0.0.1,并加载规则:ops firewall print',
    },
    run: tryDirectly,
  },
  {
    layer: 'L1',
    claim: { en: 'nothing but 22, 80 and 443 is reachable from outside', zh: '外部只能访问 22、80、443 端口' },
    fix: {
      en: 'bind what should be local to 127.0.0.1, and load the rules of: ops firewall print',
      zh: '把只供本机使用的服务绑定到 127.0.0.1,并加载规则:ops firewall print',
    },
    run: async (context) => judgeOutside(context),
  },
  {
    layer: 'L3',
    claim: { en: 'the gateway listens on loopback only', zh: '网关只监听回环地址' },
    fix: { en: 'set gateway.listen: 127.0.0.1:18789', zh: '设置 gateway.listen: 127.0.0.1:18789' },
    run: ({ gateway }) => boundToLoopback([gateway]),
  },
  {
    layer: 'L4',
    claim: { en: 'Ollama listens on loopback only', zh: 'Ollama 只监听回环地址' },
    fix: {
      en: 'set OLLAMA_HOST=127.0.0.1:11434 in the unit of Ollama (deploy/ has the drop-in)',
      zh: '在 Ollama 的 unit 中设置 OLLAMA_HOST=127.0.0.1:11434(deploy/ 中有 drop-in)',
    },
    run: ({ ollama }) => boundToLoopback(ollama),
  },
];

const unreadable = { en: '/proc/net/tcp cannot be read', zh: '无法读取 /proc/net/tcp' };

async function boundToLoopback(urls: readonly string[]): Promise<Verdict> {
  const sockets = await listeningSockets();
  if (sockets === undefined) return unknown(unreadable);
  const ports = [...new Set(urls.map(portOf))];
  const open = ports.filter((port) => sockets.some((socket) => socket.port === port && !socket.loopback));
  if (open.length > 0)
    return broken(
      { en: 'port {ports} listens on an address that is not loopback', zh: '端口 {ports} 监听在非回环地址上' },
      { ports: open.join(', ') },
    );
  const silent = ports.filter((port) => !sockets.some((socket) => socket.port === port));
  if (silent.length > 0)
    return unknown(
      {
        en: 'nothing listens on port {ports} in this network namespace',
        zh: '本网络命名空间中没有程序监听端口 {ports}',
      },
      { ports: silent.join(', ') },
    );
  return ok({ en: 'port {ports} listens on loopback', zh: '端口 {ports} 只监听回环地址' }, { ports: ports.join(', ') });
}

/** The request comes from this machine: an address that refuses it refuses others too, not the other way round. */
async function tryDirectly(context: SecurityContext): Promise<Verdict> {
  const { addresses, timeoutMs } = context;
  if (addresses.length === 0 && closedFrom(context, portsOf(context)))
    return ok({ en: 'another machine reaches neither', zh: '另一台机器两者都访问不到' });
  if (addresses.length === 0)
    return unknown({ en: 'this machine has no address besides loopback', zh: '本机除回环外没有其他地址' });
  const ports = [...new Set(portsOf(context))];
  const sockets = await listeningSockets();
  if (sockets === undefined) return unknown(unreadable);
  const silent = ports.filter((port) => !sockets.some((socket) => socket.port === port));
  const results = await Promise.all(
    addresses.flatMap((address) =>
      ports.map(async (port) => ({ address, port, result: await answers(address, port, timeoutMs) })),
    ),
  );
  const said = (wanted: string) => written(results.filter(({ result }) => result === wanted));
  if (said('yes') !== '') return broken({ en: 'answered by {what}', zh: '{what} 有应答' }, { what: said('yes') });
  if (said('unclear') !== '')
    return unknown(
      { en: 'neither answer nor refusal from {what}', zh: '{what} 既无应答也未拒绝' },
      { what: said('unclear') },
    );
  if (silent.length > 0)
    return unknown(
      { en: 'refused, but nothing listens on port {ports} at all', zh: '已拒绝,但端口 {ports} 根本没有程序监听' },
      { ports: silent.join(', ') },
    );
  return ok({ en: 'refused on {addresses}', zh: '在 {addresses} 上被拒绝' }, { addresses: addresses.join(', ') });
}
