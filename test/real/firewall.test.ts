import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { repository, temporaryFolder } from '../support/ops.ts';
import { findProgram } from './support/programs.ts';
import { realPart } from './support/require.ts';
import { startTwoHosts, type TwoHosts, twoHostsAvailable } from './support/two-hosts.ts';

const folder = temporaryFolder('firewall');
const configuration = join(folder, 'ops.yaml');
const open = [22, 80, 443, 2222];
const closed = [11_434, 18_789, 9464, 9465, 8080];

/** The rules of `ops firewall print` as a file. */
function rulesFile(format: string, gateway: object = {}): string {
  writeFileSync(configuration, stringify({ gateway }));
  const args = ['firewall', 'print', '--config', configuration, '--format', format];
  const env = { ...process.env, SSH_CONNECTION: '10.0.0.9 50000 10.0.0.1 2222' };
  const file = join(folder, format);
  writeFileSync(file, execFileSync(join(repository, 'bin/ops'), args, { env }));
  return file;
}

const trusting = { whitelist: { enabled: true, ips: ['127.0.0.1', '10.83.0.0/30', 'fd83::2'] } };

const loaders: Record<string, { check: readonly string[][]; load: readonly string[][] }> = {
  nftables: { check: [['nft', '-c', '-f']], load: [['nft', '-f']] },
  iptables: {
    check: ['iptables', 'ip6tables'].map((program) => [`${program}-restore`, '--test', '--noflush']),
    load: ['iptables', 'ip6tables'].map((program) => [`${program}-restore`, '--noflush']),
  },
};

const available =
  twoHostsAvailable && ['nft', 'iptables-restore', 'ip6tables-restore'].every((name) => findProgram(name));

realPart('network namespaces, nftables and iptables', available)('rules in a machine of their own', () => {
  let hosts: TwoHosts;
  beforeAll(async () => {
    hosts = startTwoHosts();
    await hosts.listen([...open, ...closed]);
  });
  afterAll(() => hosts.close());

  const everywhere = (ports: readonly number[]) =>
    hosts.box.flatMap((address) => ports.map((port) => `${address} ${port}`));
  const fromOther = () => hosts.reachable('other', hosts.box, [...open, ...closed]);

  test.each(Object.entries(loaders))(
    '%s',
    (format, { check, load }) => {
      const run = (commands: readonly string[][], file: string) => {
        for (const [program = '', ...args] of commands) hosts.onBox(program, ...args, file);
      };
      const clear = () => void hosts.onBox('nft', 'flush', 'ruleset');
      clear();
      expect(fromOther()).toEqual(everywhere([...open, ...closed]));

      const file = rulesFile(format);
      run(check, file);
      expect(fromOther()).toEqual(everywhere([...open, ...closed]));
      run(load, file);
      // IPv6 finds its neighbour by ICMP, which the rules must let in.
      hosts.onOther('ip', '-6', 'neigh', 'flush', 'all');
      const once = fromOther();
      expect(once).toEqual(everywhere(open));
      run(load, file);
      expect(fromOther()).toEqual(once);
      const loopback = hosts.reachable('box', ['127.0.0.1', '::1'], closed);
      expect(loopback).toHaveLength(2 * closed.length);

      clear();
      run(load, rulesFile(format, trusting));
      expect(fromOther()).toEqual(everywhere([...open, 18_789]));
    },
    60_000,
  );
});

test('a format that nobody loads is refused with what is expected', () => {
  const run = () =>
    execFileSync(join(repository, 'bin/ops'), ['firewall', 'print', '--format', 'pf'], { stdio: 'pipe' });
  expect(run).toThrow('--format: expected nftables or iptables, got "pf"');
});
