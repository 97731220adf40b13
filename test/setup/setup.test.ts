import { execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { run } from '../../src/cli/main.ts';
import { hashOf } from '../../src/setup/installed.ts';
import { stateOf } from '../../src/setup/plan.ts';
import { repository, temporaryFolder } from '../support/ops.ts';

const gatewayUnit = '/etc/systemd/system/qwen-gateway.service';
const site = '/etc/nginx/sites-available/qwen3-prod';
const recordPath = '/etc/clawdbot-ops/.installed.json';

/** Runs `ops setup` below a root; what it printed, and its exit code. */
async function setup(root: string, words: readonly string[] = ['--yes'], answer = '') {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const codes: number[] = [];
  await run(['setup', '--root', root, ...words], {
    ...{ stdin: Readable.from([answer]), stdout, stderr, env: {} },
    exit: (code) => codes.push(code),
  });
  stdout.end();
  stderr.end();
  // A clone below /tmp or a home is told that it is no place for services, wherever the tests run.
  const said = (await text(stdout)).replace(/^.*: the services may not look into this folder;.*\n/m, '');
  return { stdout: said, stderr: await text(stderr), code: codes[0] };
}

/** A host on which setup has run. */
async function hostSetUp() {
  const root = temporaryFolder('setup');
  await setup(root, ['--yes', '--server-name', 'chat.example.org']);
  const at = (path: string) => join(root, path);
  return { root, at, read: (path: string) => readFileSync(at(path), 'utf8'), tree: () => treeOf(root) };
}

const treeOf = (root: string) =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
    .sort();

test('a first run shows what it writes, writes it, and says what is to be done then', async () => {
  const root = temporaryFolder('setup');
  const { stdout, code } = await setup(root, ['--yes', '--server-name', 'chat.example.org']);
  expect(code).toBe(0);
  expect(stdout).toContain(`--- /dev/null\n+++ ${join(root, gatewayUnit)}\n`);
  expect(stdout).toContain('+    server_name chat.example.org;\n');
  for (const path of treeOf(root)) {
    if (path !== recordPath && !path.startsWith('/usr/local/bin/')) expect(stdout).toContain(`+++ ${root}${path}\n`);
    else expect(stdout).not.toContain(`+++ ${root}${path}`);
  }
  expect(stdout).toContain('\nsystemd-sysusers clawdbot-ops.conf\n');
  expect(stdout).toContain('\ncertbot certonly --webroot -w /var/www/html -d chat.example.org\n');
  expect(statSync(join(root, '/etc/clawdbot-ops/ops.yaml')).mode & 0o777).toBe(0o640);
  expect(statSync(join(root, '/etc/letsencrypt/renewal-hooks/deploy/reload-nginx')).mode & 0o777).toBe(0o755);
  expect(readlinkSync(join(root, '/usr/local/bin/ops'))).toBe(join(repository, 'bin/ops'));
  const config = join(root, '/etc/clawdbot-ops/ops.yaml');
  expect(
    execFileSync(join(repository, 'bin/ops'), ['config', 'check', '--config', config], { encoding: 'utf8' }),
  ).toContain('valid');
});

test('a second run has nothing to do, and knows the name of the site', async () => {
  const { root, tree } = await hostSetUp();
  const before = tree();
  expect(await setup(root)).toEqual({ stdout: 'Nothing to do.\n', stderr: '', code: 0 });
  expect(tree()).toEqual(before);
});

test('a file that was changed by hand is never overwritten; a new shipped one goes beside it, once', async () => {
  const { root, at, read } = await hostSetUp();
  appendFileSync(at(gatewayUnit), '# mine\n');
  const kept = await setup(root);
  expect(kept.stdout).toBe(`${at(gatewayUnit)}: you have changed it; it stays as it is.\nNothing to do.\n`);

  // As if an older version had been installed, which shipped another text.
  const record = JSON.parse(read(recordPath));
  record.files[gatewayUnit] = hashOf('older');
  writeFileSync(at(recordPath), JSON.stringify(record));
  const beside = await setup(root);
  expect(beside.stdout).toContain(`What it would write now goes to ${at(gatewayUnit)}.dpkg-new.\n`);
  expect(beside.stdout).toContain('-# mine\n');
  expect(read(gatewayUnit)).toContain('# mine\n');
  expect(read(`${gatewayUnit}.dpkg-new`)).toBe(
    readFileSync(join(repository, 'deploy/systemd/qwen-gateway.service'), 'utf8'),
  );
  expect((await setup(root)).stdout).toContain('Nothing to do.\n');
});

test('a file that was there before setup stays, and what lies beside a hook cannot be run', async () => {
  const root = temporaryFolder('setup');
  const hook = join(root, '/etc/letsencrypt/renewal-hooks/deploy/reload-nginx');
  mkdirSync(dirname(hook), { recursive: true });
  writeFileSync(hook, '#!/bin/sh\n', { mode: 0o755 });
  await setup(root, ['--yes', '--server-name', 'chat.example.org']);
  expect(readFileSync(hook, 'utf8')).toBe('#!/bin/sh\n');
  expect(statSync(`${hook}.dpkg-new`).mode & 0o111).toBe(0);
});

test('what setup wrote and nobody touched is brought up to date, with its mode, and only its part is told', async () => {
  const { root, at, read } = await hostSetUp();
  writeFileSync(at(site), 'older');
  chmodSync(at(site), 0o600);
  const record = JSON.parse(read(recordPath));
  record.files[site] = hashOf('older');
  writeFileSync(at(recordPath), JSON.stringify(record));
  const { stdout } = await setup(root);
  expect(stdout).toContain('-older\n');
  expect(stdout).toContain('1 file written. Now, as root:\n\n# Nginx\nnginx -t && systemctl reload nginx\n');
  expect(stdout).not.toContain('systemctl daemon-reload');
  expect(read(site)).toContain('server_name chat.example.org;');
  expect(statSync(at(site)).mode & 0o777).toBe(0o600);
});

test.each([
  ['no answer', [], ''],
  ['a no', [], 'n\n'],
  ['--dry-run', ['--dry-run', '--yes'], ''],
  ['--json alone', ['--json'], 'y\n'],
])('%s writes nothing and exits 1', async (_, words, answer) => {
  const root = temporaryFolder('setup');
  const { code } = await setup(root, ['--server-name', 'chat.example.org', ...words], answer);
  expect([code, treeOf(root)]).toEqual([1, []]);
});

test('a yes to the question writes', async () => {
  const root = temporaryFolder('setup');
  const { stdout, code } = await setup(root, ['--server-name', 'chat.example.org'], 'y\n');
  expect(stdout).toMatch(/Write \d+ files\? \[y\/N\] \d+ files written/);
  expect([code, treeOf(root).includes(gatewayUnit)]).toEqual([0, true]);
});

test.each([
  ['no name', [], '--server-name: expected a name such as ai.yourcompany.com, got nothing'],
  ['no name of a site', ['--server-name', 'https://a.b/'], 'got "https://a.b/"'],
  ['a name that ends a directive', ['--server-name', 'a.b;include'], 'got "a.b;include"'],
])('%s is refused with 64', async (_, words, sentence) => {
  const root = temporaryFolder('setup');
  const { stderr, code } = await setup(root, ['--yes', ...words]);
  expect([code, treeOf(root)]).toEqual([64, []]);
  expect(stderr).toContain(sentence);
});

test('a user who may not write is told which file needs root, before anything is written', () => {
  // The folder of the tests is closed to others, and this one is for another user.
  const root = mkdtempSync('/tmp/setup-');
  onTestFinished(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, 'etc'));
  chmodSync(root, 0o755);
  const words = ['setup', '--root', root, '--yes', '--server-name', 'chat.example.org'];
  const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  if (!('uid' in nobody)) chmodSync(join(root, 'etc'), 0o555);
  const { status, stderr } = spawnSync(join(repository, 'bin/ops'), words, { ...nobody, encoding: 'utf8' });
  expect(stderr).toContain(`cannot write ${root}/etc/sysusers.d/clawdbot-ops.conf: this user may not`);
  expect(stderr).toContain('sudo ops setup');
  expect([status, treeOf(root)]).toEqual([78, []]);
});

test('logrotate is set up where the gateway does not rotate', async () => {
  const { root, at, tree } = await hostSetUp();
  expect(tree()).not.toContain('/etc/logrotate.d/clawdbot-ops');
  const config = at('/etc/clawdbot-ops/ops.yaml');
  writeFileSync(config, readFileSync(config, 'utf8').replace('  audit:\n', '  audit:\n    rotate: "off"\n'));
  await setup(root);
  expect(tree()).toContain('/etc/logrotate.d/clawdbot-ops');
});

test('a program of another that has the name is left alone, and told', async () => {
  const root = temporaryFolder('setup');
  const program = join(root, '/usr/local/bin/ops');
  mkdirSync(dirname(program), { recursive: true });
  symlinkSync('/bin/true', program);
  const { stdout, code } = await setup(root, ['--yes', '--server-name', 'chat.example.org']);
  expect(stdout).toContain(`${program}: another program has this name.`);
  expect([code, readlinkSync(program)]).toEqual([1, '/bin/true']);
});

test('the printed commands take out what was written, but for the configuration', async () => {
  const { root, tree, at } = await hostSetUp();
  const { stdout } = await setup(root, ['--uninstall']);
  for (const [, path = ''] of stdout.matchAll(/^rm -f (\S+)$/gm)) rmSync(at(path), { force: true });
  expect(tree()).toEqual(['/etc/clawdbot-ops/.installed.json', '/etc/clawdbot-ops/ops.yaml']);
});

test('a record that cannot be read is told instead of overwriting', async () => {
  const { root, at } = await hostSetUp();
  writeFileSync(at(recordPath), '{');
  const { stderr, code } = await setup(root);
  expect(stderr).toContain(`cannot read ${at(recordPath)}`);
  expect(code).toBe(3);
});

test.each([
  ['new', undefined, undefined],
  ['same', 'a', undefined],
  ['update', 'b', hashOf('b')],
  ['kept', 'b', hashOf('a')],
  ['beside', 'b', undefined],
  ['beside', 'b', hashOf('c')],
] as const)('%s: the shipped file is a, on the host is %s, recorded is %s', (state, present, recorded) => {
  expect(stateOf('a', present, recorded)).toBe(state);
});
