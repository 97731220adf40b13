import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:tls';
import { expect, onTestFinished, test, vi } from 'vitest';
import certificate from '../../src/checks/certificate.ts';
import { freePort } from '../support/ops.ts';
import { createAuthority, type Leaf } from './support/authority.ts';
import { runCheck, valuesOf } from './support/context.ts';

/** The name alone is made up: a real one has two addresses only where somebody else keeps them. */
const addresses = ['127.0.0.1', '127.0.0.2'];
vi.mock('node:dns/promises', () => ({ lookup: async () => addresses.map((address) => ({ address, family: 4 })) }));

const name = 'two.example.org';
const authority = createAuthority();
const good = authority.leaf({ name });
const old = authority.leaf({ name, toDays: -1 });

/** Asks for the name while each address presents its certificate, or nothing. */
async function asked(leaves: readonly (Leaf | undefined)[]) {
  const port = await freePort();
  for (const [index, leaf] of leaves.entries()) {
    if (!leaf) continue;
    const server = createServer({ cert: readFileSync(leaf.fullchain), key: readFileSync(leaf.key) }, (socket) =>
      socket.on('error', () => socket.destroy()),
    );
    onTestFinished(() => void server.close());
    server.listen(port, addresses[index]);
    await once(server, 'listening');
  }
  const samples = await runCheck(certificate, {
    files: [good.fullchain],
    hosts: [`${name}:${port}`],
    ca: authority.root,
  });
  const live = { source: 'live' };
  const of = (problem: string) => valuesOf(samples, 'ops_tls_cert_problem', { ...live, problem });
  return {
    problems: ['expired', 'addresses_differ', 'unreadable', 'untrusted', 'wrong_host'].filter(
      (one) => of(one)[0] === 1,
    ),
    until: valuesOf(samples, 'ops_tls_cert_not_after_timestamp_seconds', live),
    fileIsLive: valuesOf(samples, 'ops_tls_cert_file_matches_live'),
  };
}

test('two addresses that present the same certificate are fine', async () => {
  expect(await asked([good, good])).toEqual({ problems: [], until: [good.to], fileIsLive: [1] });
});

test.each([
  ['first', [old, good]],
  ['second', [good, old]],
])('an old certificate at the %s address is one of the name', async (_, leaves) => {
  const problems = ['expired', 'addresses_differ'];
  expect(await asked(leaves)).toEqual({ problems, until: [old.to], fileIsLive: [0] });
});

test('an address that presents none does not hide the other', async () => {
  expect(await asked([good, undefined])).toEqual({ problems: ['unreadable'], until: [good.to], fileIsLive: [1] });
});
