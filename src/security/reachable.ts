import type { SecurityContext, Verdict } from './claim.ts';
import { broken, ok, unknown } from './claim.ts';
import type { OutsideView, Target } from './outside.ts';

type Reached = Extract<OutsideView, { reached: unknown }>;

/** Only what is open to everybody may be reached. Where not even that is, the other machine sees nothing of this one. */
export function judgeOutside({ outside, openPorts }: SecurityContext): Verdict {
  if (outside === undefined)
    return unknown({
      en: 'only another machine can tell: name one with --from HOST',
      zh: '只有另一台机器才能判断:用 --from HOST 指定一台',
    });
  if ('failure' in outside)
    return unknown(
      {
        en: '{failure}; paste this into a shell there: {command}',
        zh: '{failure};请在那台机器的 shell 中粘贴:{command}',
      },
      outside,
    );
  const { host } = outside;
  const reached = outside.reached.filter(({ reach }) => reach === 'open');
  const wrong = reached.filter(({ port }) => !openPorts.includes(port));
  if (wrong.length > 0)
    return broken({ en: '{host} reaches {what}', zh: '{host} 可以访问 {what}' }, { host, what: written(wrong) });
  if (reached.length === 0)
    return unknown(
      {
        en: '{host} reaches nothing of this machine, not even port 443',
        zh: '{host} 完全无法访问本机,连 443 端口也不行',
      },
      { host },
    );
  const unclear = outside.reached.filter(({ address, reach }) => reach === 'unknown' && seen(outside, address));
  if (unclear.length > 0)
    return unknown(
      { en: '{host} cannot tell of {what}', zh: '{host} 无法判断 {what}' },
      { host, what: written(unclear) },
    );
  return ok(
    { en: '{host} reaches {what} of {all} that were tried', zh: '在尝试的 {all} 个端口中,{host} 只能访问 {what}' },
    { host, what: written(reached), all: outside.reached.length },
  );
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

/** `ADDRESS:PORT`, with brackets around an address of IPv6. */
export const written = (targets: readonly Target[]) =>
  targets.map(({ address, port }) => `${address.includes(':') ? `[${address}]` : address}:${port}`).join(', ');
