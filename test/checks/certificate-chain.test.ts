import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import certificate from '../../src/checks/certificate.ts';
import type { Sample } from '../../src/expression/series.ts';
import { findProgram } from '../real/support/programs.ts';
import { realPart } from '../real/support/require.ts';
import { eventually, freePort, startProgram, temporaryFolder } from '../support/ops.ts';
import { createAuthority, joined, type Leaf } from './support/authority.ts';
import { runCheck, valuesOf } from './support/context.ts';

const authority = createAuthority();

/** The problems that a target has. */
function problemsOf(samples: readonly Sample[], source: string): string[] {
  return samples
    .filter(({ name, labels, value }) => name === 'ops_tls_cert_problem' && labels['source'] === source && value === 1)
    .map(({ labels }) => labels['problem'] ?? '');
}

/** A folder such as certbot keeps for a name, with the given text as fullchain.pem. */
function liveFolder(chain: string, key?: string): string {
  const folder = temporaryFolder('live');
  writeFileSync(join(folder, 'fullchain.pem'), chain);
  if (key) copyFileSync(key, join(folder, 'privkey.pem'));
  return join(folder, 'fullchain.pem');
}

describe('certificates in files', () => {
  const leaf = authority.leaf();
  const other = authority.leaf();
  test.each([
    ['complete', () => liveFolder(joined(leaf.fullchain), leaf.key), []],
    ['without its intermediate', () => liveFolder(joined(leaf.certificate)), ['chain_incomplete']],
    ['in the wrong order', () => liveFolder(joined(authority.intermediate, leaf.certificate)), ['chain_order']],
    ['with a stranger between', () => liveFolder(joined(leaf.certificate, other.certificate)), ['chain_order']],
    ['with the key of another', () => liveFolder(joined(leaf.fullchain), other.key), ['key_mismatch']],
  ])('a chain that is %s', async (_, file, expected) => {
    expect(problemsOf(await runCheck(certificate, { files: [file()] }), 'file')).toEqual(expected);
  });

  test('the leaf that certbot keeps alone is not incomplete', async () => {
    const file = join(temporaryFolder('live'), 'cert.pem');
    copyFileSync(leaf.certificate, file);
    expect(problemsOf(await runCheck(certificate, { files: [file] }), 'file')).toEqual([]);
  });

  test('without its key nothing is said of it', async () => {
    const samples = await runCheck(certificate, { files: [liveFolder(joined(leaf.fullchain))] });
    expect(valuesOf(samples, 'ops_tls_cert_problem', { problem: 'key_mismatch' })).toEqual([]);
  });

  test('an encrypted key says nothing, and does not hide the certificate', async () => {
    const file = liveFolder(joined(leaf.fullchain));
    const out = ['-out', join(dirname(file), 'privkey.pem')];
    execFileSync('openssl', ['ec', '-in', leaf.key, '-aes256', '-passout', 'pass:x', ...out], { stdio: 'pipe' });
    const samples = await runCheck(certificate, { files: [file] });
    expect(problemsOf(samples, 'file')).toEqual([]);
    expect(valuesOf(samples, 'ops_tls_cert_problem', { problem: 'key_mismatch' })).toEqual([]);
    expect(valuesOf(samples, 'ops_tls_cert_not_after_timestamp_seconds')).toEqual([leaf.to]);
  });

  test('one that cannot be read is a problem of its own beside a good one', async () => {
    const missing = join(temporaryFolder('live'), 'fullchain.pem');
    const samples = await runCheck(certificate, { files: [missing, leaf.fullchain] });
    expect(valuesOf(samples, 'ops_tls_cert_problem', { target: missing, problem: 'unreadable' })).toEqual([1]);
    expect(problemsOf(samples, 'file')).toEqual(['unreadable']);
  });
});

const nginx = findProgram('nginx');

realPart('nginx', nginx !== undefined)('certificates that Nginx serves', () => {
  const files = { valid: authority.leaf(), renewed: authority.leaf({ fromDays: -1, toDays: 89 }) };
  const served: Record<string, { chain: string; key: string; leaf: Leaf }> = {
    valid: { chain: files.valid.fullchain, key: files.valid.key, leaf: files.valid },
    ...one('expired', authority.leaf({ fromDays: -90, toDays: -1 })),
    ...one('early', authority.leaf({ fromDays: 2, toDays: 90 })),
    ...one('stranger', authority.leaf({ name: 'chat.example.org' })),
    ...one('alone', authority.leaf(), 'certificate'),
  };
  const ports: Record<string, number> = {};

  function one(name: string, leaf: Leaf, chain: 'fullchain' | 'certificate' = 'fullchain') {
    return { [name]: { chain: leaf[chain], key: leaf.key, leaf } };
  }

  beforeAll(async () => {
    const folder = temporaryFolder('nginx');
    mkdirSync(join(folder, 'logs'));
    for (const name of Object.keys(served)) ports[name] = await freePort();
    const servers = Object.entries(served).map(
      ([name, { chain, key }]) =>
        `server { listen 127.0.0.1:${ports[name]} ssl; ssl_certificate ${chain}; ssl_certificate_key ${key}; }`,
    );
    const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (kind) => `${kind}_temp_path ${folder}/${kind};`,
    );
    const global = `pid ${folder}/pid; error_log ${folder}/logs/error.log; user root; events {}`;
    writeFileSync(
      join(folder, 'nginx.conf'),
      `${process.getuid?.() === 0 ? global : global.replace('user root; ', '')}
http { access_log off; ${paths.join(' ')}\n${servers.join('\n')} }`,
    );
    const program = startProgram(nginx ?? 'nginx', [
      '-p',
      folder,
      '-c',
      join(folder, 'nginx.conf'),
      '-g',
      'daemon off;',
    ]);
    await eventually('Nginx presents its certificate', () => ask('valid'));
    return () => program.stop();
  });

  const ask = (name: string, options: Record<string, unknown> = {}) =>
    runCheck(certificate, { files: [], hosts: [`localhost:${ports[name]}`], ca: authority.root, ...options });

  test.each([
    ['valid', []],
    ['expired', ['expired']],
    ['early', ['not_yet_valid']],
    ['stranger', ['wrong_host']],
    ['alone', ['chain_incomplete']],
  ])('%s', async (name, expected) => {
    const samples = await ask(name);
    expect(problemsOf(samples, 'live').filter((problem) => problem !== 'unreadable')).toEqual(expected);
    const labels = { source: 'live' };
    expect(valuesOf(samples, 'ops_tls_cert_not_after_timestamp_seconds', labels)).toEqual([served[name]?.leaf.to]);
    expect(valuesOf(samples, 'ops_tls_cert_not_before_timestamp_seconds', labels)).toEqual([served[name]?.leaf.from]);
  });

  test('an authority that nobody knows is not trusted', async () => {
    expect(problemsOf(await ask('valid', { ca: undefined }), 'live')).toContain('untrusted');
  });

  test('a file that was renewed and is not served yet is noticed', async () => {
    const matches = 'ops_tls_cert_file_matches_live';
    const strange = authority.leaf({ name: 'other.example.org', fromDays: 0 });
    const before = await ask('valid', { files: [files.valid.fullchain, strange.fullchain] });
    expect(valuesOf(before, matches, { target: `localhost:${ports['valid']}` })).toEqual([1]);
    const after = await ask('valid', { files: [files.valid.fullchain, files.renewed.fullchain] });
    expect(valuesOf(after, matches, { target: `localhost:${ports['valid']}` })).toEqual([0]);
    expect(valuesOf(await ask('valid', { files: [strange.fullchain] }), matches)).toEqual([]);
  });
});

describe('certbot', () => {
  const usualPath = process.env['PATH'];

  async function states(systemctl: string, log: string) {
    const folder = temporaryFolder('certbot');
    writeFileSync(join(folder, 'systemctl'), `#!/bin/sh\n${systemctl}\n`, { mode: 0o755 });
    writeFileSync(join(folder, 'letsencrypt.log'), log);
    process.env['PATH'] = `${folder}:${usualPath}`;
    onTestFinished(() => {
      process.env['PATH'] = usualPath;
    });
    const samples = await runCheck(certificate, { files: [], certbot_log: join(folder, 'letsencrypt.log') });
    return [valuesOf(samples, 'ops_certbot_timer_active'), valuesOf(samples, 'ops_certbot_last_run_success')];
  }

  const unit = (active: string, result: string, exited: number) =>
    `printf 'LoadState=loaded\\nActiveState=${active}\\nResult=${result}\\nExecMainExitTimestampMonotonic=${exited}\\n'`;

  test.each([
    ['a timer and a good run', unit('active', 'success', 7), '', [[1], [1]]],
    ['a stopped timer and a failed run', unit('inactive', 'exit-code', 7), '', [[0], [0]]],
    ['a timer that has not run yet', unit('active', 'success', 0), '', [[1], []]],
    ['cron, and a failed run in the log', 'exit 1', 'All renewals succeeded\nAll renewals failed. text\n', [[], [0]]],
    ['cron, and a good run in the log', 'exit 1', 'All renewals failed.\nNo renewals were attempted.\n', [[], [1]]],
    ['neither', 'exit 1', '', [[], []]],
  ])('%s', async (_, systemctl, log, expected) => {
    expect(await states(systemctl, log)).toEqual(expected);
  });
});
