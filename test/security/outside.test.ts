import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SecurityContext } from '../../src/security/claim.ts';
import { scriptFor } from '../../src/security/outside.ts';
import { closedFrom, droppedFrom, judgeOutside } from '../../src/security/reachable.ts';
import { findProgram } from '../real/support/programs.ts';
import { realPart } from '../real/support/require.ts';
import { freePort, temporaryFolder } from '../support/ops.ts';

const programs = { curl: ['curl'], bash: ['bash', 'timeout'], nc: ['nc'] };

describe('the script that runs on the other machine', () => {
  const server = createServer((socket) => socket.destroy());
  let [open, refused] = [0, 0];
  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    open = typeof address === 'object' && address ? address.port : 0;
    refused = await freePort();
  });
  afterAll(() => server.close());

  describe.each(Object.entries(programs))('where there is nothing but %s', (_, names) => {
    realPart(names.join(', '), names.every(findProgram))('tells', () => {
      test('an open port from one that is refused', () => {
        const folder = temporaryFolder('outside-path');
        for (const name of names) symlinkSync(findProgram(name) ?? '', join(folder, name));
        const targets = [open, refused].map((port) => ({ address: '127.0.0.1', port }));
        const options = { env: { PATH: folder }, input: scriptFor(targets), encoding: 'utf8' } as const;
        const lines = execFileSync('/bin/sh', ['-s'], options).trim().split('\n').sort();
        const expected = [`reach 127.0.0.1 ${open} open`, `reach 127.0.0.1 ${refused} refused`];
        expect(lines).toEqual(expected.sort());
      });
    });
  });
});

/** An audit for which another machine saw these states of ports of one address. */
const seen = (ports: Record<number, 'open' | 'refused' | 'silent' | 'unknown'>) =>
  ({
    openPorts: [22, 443],
    outside: {
      host: 'other',
      reached: Object.entries(ports).map(([port, reach]) => ({ address: '192.0.2.1', port: Number(port), reach })),
    },
  }) as unknown as SecurityContext;

test.each([
  ['only what is meant for everybody is open', seen({ 443: 'open', 11434: 'silent' }), 'ok'],
  ['Ollama is open', seen({ 443: 'open', 11434: 'open' }), 'broken'],
  ['Ollama is open, although nothing else is', seen({ 443: 'silent', 11434: 'open' }), 'broken'],
  ['nothing is seen of this machine', seen({ 443: 'silent', 11434: 'silent' }), 'unknown'],
  ['of one port nothing can be told', seen({ 443: 'open', 11434: 'unknown' }), 'unknown'],
])('%s', (_, context, verdict) => {
  expect(judgeOutside(context).verdict).toBe(verdict);
});

test('closed and dropped are only what a machine says that sees this one', () => {
  expect(closedFrom(seen({ 443: 'open', 11434: 'refused' }), [11_434])).toBe(true);
  expect(closedFrom(seen({ 443: 'silent', 11434: 'silent' }), [11_434])).toBe(false);
  expect(droppedFrom(seen({ 443: 'open', 11434: 'silent', 18789: 'refused' }))).toEqual([11_434]);
  expect(droppedFrom(seen({ 443: 'silent', 11434: 'silent' }))).toEqual([]);
});
