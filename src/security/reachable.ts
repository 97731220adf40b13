import type { SecurityContext, Verdict } from './claim.ts';
import { broken, ok, unknown } from './claim.ts';
import type { OutsideView } from './outside.ts';

type Reached = Extract<OutsideView, { reached: unknown }>;

/** Only what is open to everybody may be reached. Where not even that is, the other machine sees nothing of this one. */
export function judgeOutside({ outside, openPorts }: SecurityContext): Verdict {
  if (outside === undefined) return unknown('only another machine can tell: name one with --from HOST');
  if ('failure' in outside) return unknown(`${outside.failure}; paste this into a shell there: ${outside.command}`);
  const reached = outside.reached.filter(({ reach }) => reach === 'open');
  const wrong = reached.filter(({ port }) => !openPorts.includes(port));
  if (wrong.length > 0) return broken(`${outside.host} reaches ${written(wrong)}`);
  if (reached.length === 0) return unknown(`${outside.host} reaches nothing of this machine, not even port 443`);
  const unclear = outside.reached.filter(({ address, reach }) => reach === 'unknown' && seen(outside, address));
  if (unclear.length > 0) return unknown(`${outside.host} cannot tell of ${written(unclear)}`);
  return ok(`${outside.host} reaches ${written(reached)} of ${outside.reached.length} that were tried`);
}

/** Whether another machine was answered by none of these ports, while it does see this machine. */
export function closedFrom({ outside }: SecurityContext, ports: readonly number[]): boolean {
  if (outside === undefined || 'failure' in outside) return false;
  const tried = outside.reached.filter(({ address, port }) => ports.includes(port) && seen(outside, address));
  return tried.length > 0 && tried.every(({ reach }) => reach === 'refused' || reach === 'silent');
}

/** Ports whose connections get no answer at all: what a firewall does, here or before this machine. */
export function droppedFrom({ outside }: SecurityContext): number[] {
  if (outside === undefined || 'failure' in outside) return [];
  const dropped = outside.reached.filter(({ address, reach }) => reach === 'silent' && seen(outside, address));
  return [...new Set(dropped.map(({ port }) => port))];
}

const seen = ({ reached }: Reached, address: string) =>
  reached.some((one) => one.address === address && one.reach === 'open');

const written = (targets: readonly { address: string; port: number }[]) =>
  targets.map(({ address, port }) => `${address} port ${port}`).join(', ');
