import { isIP } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clientAddress, contains, isSaneRequestId, plainAddress } from '../../../gateway/admission/client.ts';
import { addressSet } from '../../../gateway/config.ts';

const trusted = addressSet(['127.0.0.1', '10.0.0.0/8']);

test.each([
  ['an untrusted peer is not believed', '203.0.113.9', '1.2.3.4', '203.0.113.9'],
  ['a trusted peer without the header is the client', '127.0.0.1', undefined, '127.0.0.1'],
  [
    'the rightmost untrusted hop counts, not what the client wrote',
    '127.0.0.1',
    '9.9.9.9, 198.51.100.7',
    '198.51.100.7',
  ],
  ['trusted hops are skipped', '::1', '198.51.100.7, 10.1.2.3', '198.51.100.7'],
  ['a hop that is no address ends the search', '127.0.0.1', '198.51.100.7, evil', '127.0.0.1'],
  ['nothing before such a hop is believed', '127.0.0.1', '9.9.9.9, unknown, 10.1.2.3', '10.1.2.3'],
  [
    'hops of several header lines are one list',
    '127.0.0.1',
    '9.9.9.9, 8.8.8.8, 198.51.100.7, 10.0.0.9',
    '198.51.100.7',
  ],
  ['a port is not part of the address', '127.0.0.1', '198.51.100.7:51234', '198.51.100.7'],
  ['nor are brackets', '127.0.0.1', '[2001:db8::7]:443', '2001:db8::7'],
  ['brackets without a port', '127.0.0.1', '[2001:db8::7]', '2001:db8::7'],
  ['nor is a zone', '127.0.0.1', 'fe80::1%eth0', 'fe80::1'],
  ['IPv4 within IPv6 is IPv4', '127.0.0.1', '::ffff:198.51.100.7', '198.51.100.7'],
  ['an empty header is no hop', '127.0.0.1', '', '127.0.0.1'],
  ['empty hops end the search', '127.0.0.1', '9.9.9.9,,', '127.0.0.1'],
  ['all hops trusted: the first', '127.0.0.1', '10.0.0.1, 10.0.0.2', '10.0.0.1'],
  ['a name is no address', '127.0.0.1', 'localhost', '127.0.0.1'],
  ['a thousand hops', '127.0.0.1', `${'9.9.9.9, '.repeat(1000)}198.51.100.7`, '198.51.100.7'],
])('%s', (_name, peer, forwarded, expected) => {
  expect(clientAddress(peer, forwarded, trusted)).toBe(expected);
});

test('an IPv4 address that came in through IPv6 is the same address', () => {
  expect(plainAddress('::ffff:10.0.0.5')).toBe('10.0.0.5');
});

test('a peer on the local link has a zone, which no set of addresses understands', () => {
  expect(contains(addressSet(['fe80::/10']), plainAddress('fe80::1%eth0'))).toBe(true);
});

test('no header makes anything but an address', () => {
  const hops = fc.array(fc.oneof(fc.string(), fc.ipV4(), fc.ipV6(), fc.constantFrom('[', ']:1', '%', '::ffff:')));
  fc.assert(
    fc.property(hops, (list) => {
      expect(isIP(clientAddress('127.0.0.1', list.join(','), trusted))).not.toBe(0);
    }),
  );
});

test('a request id with a line feed or of one letter is not taken over', () => {
  expect(isSaneRequestId('6d02a949a3911eab8376d2e10177196f')).toBe(true);
  for (const id of ['a', 'abcdefgh\n{"type":"audit"}', 'x'.repeat(200), '']) expect(isSaneRequestId(id)).toBe(false);
});
