import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { type RunningProgram, startProgram } from '../../support/ops.ts';
import { findProgram } from './programs.ts';

/** Whether this machine lets us make network namespaces, two of which stand for two machines. */
export const twoHostsAvailable =
  findProgram('ip') !== undefined && spawnSync('unshare', ['--net', 'ip', 'link', 'set', 'lo', 'up']).status === 0;

export interface TwoHosts {
  /** Addresses of the box, of both families. */
  readonly box: readonly [ipv4: string, ipv6: string];
  /** Runs a program on the box or on the other machine; its output. */
  onBox(program: string, ...args: string[]): string;
  onOther(program: string, ...args: string[]): string;
  startOnBox(program: string, ...args: string[]): RunningProgram;
  startOnOther(program: string, ...args: string[]): RunningProgram;
  /** Listens on ports of every address of the box. */
  listen(ports: readonly number[]): Promise<void>;
  /** Which `address port` pairs accept a connection from the other machine, or from the box itself. */
  reachable(from: 'box' | 'other', addresses: readonly string[], ports: readonly number[]): string[];
  close(): Promise<void>;
}

const listener = `
  const net = require('node:net');
  let open = process.argv.length - 1;
  for (const port of process.argv.slice(1)) {
    net.createServer((socket) => socket.on('error', () => {})).listen(Number(port), '::', () => --open || console.log('ready'));
  }`;

/** A machine called box, and another one on the same wire. */
export function startTwoHosts(): TwoHosts {
  const [box, other] = [`box-${process.pid}`, `other-${process.pid}`];
  const ip = (...args: string[]) => execFileSync('ip', args, { encoding: 'utf8' });
  const inside = (name: string, ...words: string[]) => ip('netns', 'exec', name, ...words);
  const programs: RunningProgram[] = [];
  for (const name of [box, other]) ip('netns', 'add', name);
  ip('link', 'add', 'wire', 'netns', box, 'type', 'veth', 'peer', 'name', 'wire', 'netns', other);
  for (const [name, last] of [[box, '1'] as const, [other, '2'] as const]) {
    ip('-n', name, 'address', 'add', `10.83.0.${last}/24`, 'dev', 'wire');
    ip('-n', name, 'address', 'add', `fd83::${last}/64`, 'dev', 'wire', 'nodad');
    for (const device of ['lo', 'wire']) ip('-n', name, 'link', 'set', device, 'up');
  }
  const start = (name: string, ...words: string[]) => {
    const program = startProgram('ip', ['netns', 'exec', name, ...words]);
    programs.push(program);
    return program;
  };
  return {
    box: ['10.83.0.1', 'fd83::1'],
    onBox: (...words) => inside(box, ...words),
    onOther: (...words) => inside(other, ...words),
    startOnBox: (...words) => start(box, ...words),
    startOnOther: (...words) => start(other, ...words),
    async listen(ports) {
      const program = start(box, process.execPath, '-e', listener, ...ports.map(String));
      if (program.process.stdout) await once(program.process.stdout, 'data');
    },
    reachable(from, addresses, ports) {
      const pairs = addresses.flatMap((address) => ports.map((port) => `${address} ${port}`));
      const script = `for pair; do set -- $pair; { timeout 1 bash -c "</dev/tcp/$1/$2" 2>/dev/null && echo "$pair"; } & done; wait`;
      const found = inside(from === 'box' ? box : other, 'bash', '-c', script, 'bash', ...pairs).split('\n');
      return pairs.filter((pair) => found.includes(pair));
    },
    async close() {
      await Promise.all(programs.map((program) => program.stop()));
      for (const name of [box, other]) ip('netns', 'delete', name);
    },
  };
}
