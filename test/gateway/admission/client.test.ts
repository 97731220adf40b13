import { expect, test } from 'vitest';
import { clientAddress, isSaneRequestId, plainAddress } from '../../../gateway/admission/client.ts';
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
])('%s', (_name, peer, forwarded, expected) => {
  expect(clientAddress(peer, forwarded, trusted)).toBe(expected);
});

test('an IPv4 address that came in through IPv6 is the same address', () => {
  expect(plainAddress('::ffff:10.0.0.5')).toBe('10.0.0.5');
});

test('a request id with a line feed or of one letter is not taken over', () => {
  expect(isSaneRequestId('6d02a949a3911eab8376d2e10177196f')).toBe(true);
  for (const id of ['a', 'abcdefgh\n{"type":"audit"}', 'x'.repeat(200), '']) expect(isSaneRequestId(id)).toBe(false);
});
