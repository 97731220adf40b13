import { expect, test } from 'vitest';
import { judgeRules } from '../../src/security/firewall.ts';

const nftDrop = `table inet filter {
	chain input {
		type filter hook input priority filter; policy drop;
		tcp dport { 22, 80, 443 } accept
	}
}`;
const missing = (program: string) => ({ failure: `${program}: ${program} is not installed or not on PATH` });

test.each([
  ['nft drops', { text: nftDrop }, missing('iptables'), 'ok'],
  ['iptables drops', missing('nft'), { text: '-P INPUT DROP\n' }, 'ok'],
  ['iptables rejects', { text: '' }, { text: '-P INPUT ACCEPT\n-A INPUT -p tcp -j REJECT\n' }, 'ok'],
  [
    'a chain that INPUT leads to drops',
    { text: '' },
    { text: '-P INPUT ACCEPT\n-N A\n-N B\n-A INPUT -j A\n-A A -j B\n-A B -j DROP\n' },
    'ok',
  ],
  [
    'a chain that only FORWARD leads to drops',
    { text: '' },
    { text: '-P INPUT ACCEPT\n-N A\n-A FORWARD -j A\n-A A -j DROP\n' },
    'broken',
  ],
  ['nothing is turned away', { text: nftDrop.replace('drop', 'accept') }, { text: '-P INPUT ACCEPT\n' }, 'broken'],
  [
    'a forward chain is no input chain',
    { text: nftDrop.replace('hook input', 'hook forward') },
    { text: '' },
    'broken',
  ],
  ['one program is missing', { text: '' }, missing('iptables'), 'unknown'],
  ['neither is there', missing('nft'), missing('iptables'), 'unknown'],
])('%s', (_, nft, iptables, verdict) => {
  expect(judgeRules(nft, iptables).verdict).toBe(verdict);
});
