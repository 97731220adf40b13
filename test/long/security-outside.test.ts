import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { AuditReport } from '../../src/security/report.ts';
import { createAuthority, joined } from '../checks/support/authority.ts';
import { nginxMain } from '../real/support/nginx.ts';
import { findProgram } from '../real/support/programs.ts';
import { realPart } from '../real/support/require.ts';
import { startTwoHosts, type TwoHosts, twoHostsAvailable } from '../real/support/two-hosts.ts';
import { eventually, type RunningProgram, repository, temporaryFolder } from '../support/ops.ts';

const [nginx = 'nginx', sshd = 'sshd'] = ['nginx', 'sshd'].map(findProgram);
const available =
  twoHostsAvailable && ['nginx', 'sshd', 'ssh-keygen', 'nft', 'iptables'].every((name) => findProgram(name));

const good = {
  listen: '127.0.0.1:18789',
  auth: { valid_keys: [{ id: 'a', sha256: createHash('sha256').update('k').digest('hex') }] },
  whitelist: { enabled: true },
};

realPart('network namespaces, Nginx, sshd and nftables', available)('ops security --from another machine', () => {
  const folder = temporaryFolder('outside');
  const at = (name: string) => join(folder, name);
  const config = at('ops.yaml');
  let hosts: TwoHosts;
  let gateway: RunningProgram | undefined;
  let ollama: RunningProgram | undefined;

  const writeConfig = (changed: object) => {
    const triage = { probe_url: 'https://localhost' };
    writeFileSync(config, stringify({ gateway: { ...good, audit: { file: at('audit.log') }, ...changed }, triage }));
    chmodSync(config, 0o600);
  };

  const startGateway = async (changed: object = {}) => {
    await gateway?.stop();
    writeConfig(changed);
    gateway = hosts.startOnBox(join(repository, 'bin/ops'), 'gateway', '--config', config);
    await eventually('the gateway', () => hosts.reachable('box', ['127.0.0.1'], [18_789]).length > 0);
  };

  const rules = (format: 'nftables' | 'iptables') => {
    const text = execFileSync(join(repository, 'bin/ops'), [
      'firewall',
      'print',
      '--config',
      config,
      '--format',
      format,
    ]);
    writeFileSync(at(format), text);
    if (format === 'nftables') return hosts.onBox('nft', '-f', at(format));
    return ['iptables', 'ip6tables'].map((name) => hosts.onBox(`${name}-restore`, '--noflush', at(format))).join('');
  };
  const noRules = () => hosts.onBox('nft', 'flush', 'ruleset');

  /** Exit code, and what is not ok. */
  const audit = (from = 'other') => {
    const path = `PATH=${folder}:${process.env['PATH']}`;
    const env = ['env', path, `NODE_EXTRA_CA_CERTS=${at('root.pem')}`];
    const words = ['security', '--config', config, '--key-file', at('key'), '--from', from, '--json'];
    const script = '"$@"; echo "code $?"';
    const said = hosts.onBox('bash', '-c', script, 'bash', ...env, join(repository, 'bin/ops'), ...words);
    const [json = '', code] = said.trim().split('\n');
    const { claims } = JSON.parse(json) as AuditReport;
    const wrong = claims.filter(({ verdict }) => verdict !== 'ok');
    return { code, wrong: wrong.map(({ verdict, claim }) => `${verdict}: ${claim}`), claims };
  };

  beforeAll(async () => {
    hosts = startTwoHosts();
    writeFileSync(at('key'), 'k\n', { mode: 0o600 });
    startSite();
    putNginx();
    startSshd();
    startServer('127.0.0.1', 8080);
    ollama = startServer('127.0.0.1', 11_434);
    await startGateway();
  }, 60_000);
  afterAll(async () => {
    await gateway?.stop();
    await hosts.close();
  });

  function startSite() {
    const authority = createAuthority();
    const leaf = authority.leaf();
    copyFileSync(leaf.fullchain, at('fullchain.pem'));
    copyFileSync(leaf.key, at('privkey.pem'));
    chmodSync(at('privkey.pem'), 0o600);
    writeFileSync(at('root.pem'), joined(authority.root));
    const site = readFileSync(join(repository, 'deploy/nginx/qwen3-prod.conf'), 'utf8')
      .replaceAll('ai.yourcompany.com', 'localhost')
      .replaceAll(/listen (80|443)/g, 'listen [::]:$1 ipv6only=off')
      .replace('ipv6only=off ssl http2', 'ssl http2 ipv6only=off')
      .replaceAll('/etc/nginx/snippets/', join(repository, 'deploy/nginx/snippets/'))
      .replaceAll('/usr/share/clawdbot-ops/nginx', join(repository, 'deploy/nginx'))
      .replaceAll('/var/log/nginx/', `${folder}/`)
      .replaceAll('/etc/letsencrypt/live/localhost/', `${folder}/`);
    writeFileSync(at('nginx.conf'), nginxMain(folder, site));
    hosts.startOnBox(nginx, '-p', folder, '-c', at('nginx.conf'), '-g', 'daemon off;');
  }

  /** `nginx` on the box is the one that runs there. */
  function putNginx() {
    writeFileSync(at('nginx'), `#!/bin/sh\nexec ${nginx} -p ${folder} -c ${at('nginx.conf')} "$@"\n`, { mode: 0o755 });
  }

  /** The other machine takes logins by key; `ssh` on the box knows it as `other`. */
  function startSshd() {
    for (const name of ['host', 'user']) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(name)]);
    mkdirSync('/run/sshd', { recursive: true });
    const keys = ['-o', `HostKey=${at('host')}`, '-o', `AuthorizedKeysFile=${at('user.pub')}`];
    const plain = ['-o', 'StrictModes=no', '-o', 'UsePAM=no', '-o', 'PidFile=none', '-o', 'PermitRootLogin=yes'];
    hosts.startOnOther(sshd, '-D', '-f', '/dev/null', ...keys, ...plain);
    const known = ['StrictHostKeyChecking no', `UserKnownHostsFile ${at('known')}`, `IdentityFile ${at('user')}`];
    writeFileSync(at('ssh.conf'), ['Host other', 'HostName 10.83.0.2', 'User root', ...known, ''].join('\n'));
    writeFileSync(at('ssh'), `#!/bin/sh\nexec /usr/bin/ssh -F ${at('ssh.conf')} "$@"\n`, { mode: 0o755 });
  }

  /** Stands in for Ollama and the chat UI: what is tried of them here is where they listen. */
  function startServer(host: string, port: number) {
    const server = `require('node:http').createServer((_, reply) => reply.end('{}')).listen(${port}, '${host}')`;
    return hosts.startOnBox(process.execPath, '-e', server);
  }

  test.each(['nftables', 'iptables'] as const)(
    'everything holds behind the rules for %s',
    async (format) => {
      noRules();
      rules(format);
      await eventually('Nginx and sshd', () => hosts.reachable('other', ['10.83.0.1'], [443]).length > 0);
      expect(audit()).toMatchObject({ wrong: [], code: 'code 0' });
    },
    60_000,
  );

  test('without rules the firewall is missing; what listens on loopback is not reached even so', () => {
    noRules();
    expect(audit()).toMatchObject({ wrong: ['broken: firewall rules turn connections away'], code: 'code 1' });
  }, 60_000);

  test('a machine that cannot be asked leaves it open, with the command to paste there', () => {
    rules('nftables');
    const { wrong, claims, code } = audit('nowhere.invalid');
    expect(wrong).toEqual(['unknown: nothing but 22, 80 and 443 is reachable from outside']);
    expect(claims.find(({ verdict }) => verdict === 'unknown')?.found).toContain('bash -c "</dev/tcp/$t"');
    expect(code).toBe('code 3');
  }, 60_000);

  test('Ollama on all addresses is found, and whether the rules keep others from it', async () => {
    await ollama?.stop();
    const everywhere = startServer('::', 11_434);
    await eventually('Ollama everywhere', () => hosts.reachable('box', ['10.83.0.1'], [11_434]).length > 0);
    noRules();
    expect(audit().wrong).toEqual([
      'broken: firewall rules turn connections away',
      'broken: gateway and Ollama do not answer on other addresses of this machine',
      'broken: nothing but 22, 80 and 443 is reachable from outside',
      'broken: Ollama listens on loopback only',
    ]);
    rules('nftables');
    expect(audit().wrong).toEqual([
      'broken: gateway and Ollama do not answer on other addresses of this machine',
      'broken: Ollama listens on loopback only',
    ]);
    await everywhere.stop();
  }, 60_000);

  test('a private key that everybody may read is found', () => {
    chmodSync(at('privkey.pem'), 0o644);
    expect(audit().wrong).toContain('broken: only root reads the private keys of the certificates');
    chmodSync(at('privkey.pem'), 0o600);
  }, 60_000);

  test('a service that nobody thought of is found from outside', async () => {
    noRules();
    await hosts.listen([5432]);
    const row = audit().claims.find(({ claim }) => claim.includes('reachable from outside'));
    expect(row).toMatchObject({ verdict: 'broken', found: expect.stringContaining('10.83.0.1:5432') });
  }, 60_000);

  test.each([
    ['has no whitelist', { whitelist: { enabled: false } }, 'not whitelisted'],
    ['has a plain key', { auth: { valid_keys: ['k'] } }, 'plain text'],
    ['listens on all addresses', { listen: ':18789' }, 'gateway listens on loopback'],
  ])(
    'a gateway that %s',
    async (_, changed, words) => {
      await startGateway(changed);
      rules('nftables');
      expect(audit().wrong).toContainEqual(expect.stringMatching(new RegExp(`^broken: .*${words}`)));
    },
    60_000,
  );
});
