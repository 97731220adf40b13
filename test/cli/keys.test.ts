import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { run } from '../../src/cli/main.ts';
import { temporaryFolder } from '../support/ops.ts';

const digest = (key: string) => createHash('sha256').update(key).digest('hex');

/** Runs `ops keys …`; what it printed, and its exit code where it set one. */
async function keys(...words: string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const codes: number[] = [];
  await run(['keys', ...words], {
    ...{ stdin: new PassThrough(), stdout, stderr, env: {} },
    exit: (code) => codes.push(code),
  });
  stdout.end();
  stderr.end();
  return { stdout: await text(stdout), stderr: await text(stderr), code: codes[0] };
}

function fileOf(content: string): string {
  const file = join(temporaryFolder('keys'), 'ops.yaml');
  writeFileSync(file, content);
  return file;
}

const configuration = `# the gateway of the office
gateway:
  listen: ":18789" # behind nginx
  auth:
    valid_keys:
      # the chat server
      - { id: clawdbot, sha256: ${digest('a')} }
      - plain-secret-key
      - id: laptop # of Li
        sha256: ${digest('b')}
  limits: { max_in_flight: 4 }

notify:
  # who is on call
  email: { from: ops@example.com, to: [li@example.com], smtp: { host: localhost } }
`;

test('create prints a key once with its entry, which is valid', async () => {
  const created = await keys('create', '--id', 'new one', '--json');
  const { id, key, sha256 } = JSON.parse(created.stdout);
  expect([id, sha256]).toEqual(['new one', digest(key)]);
  const printed = await keys('create', '--id', 'new one');
  const entry = /^ {2}(- .*)$/m.exec(printed.stdout)?.[1] ?? '';
  const listed = await keys('list', '--config', fileOf(`gateway: { auth: { valid_keys: [ ${entry.slice(2)} ] } }`));
  expect(listed.stdout).toBe('new one\n');
});

test('list names the keys, says which are plain, and shows none', async () => {
  const file = fileOf(configuration);
  const listed = await keys('list', '--config', file);
  expect(listed.stdout).toBe('clawdbot\nkey-2  plain text in the configuration\nlaptop\n');
  const asJson = await keys('list', '--config', file, '--json');
  expect(JSON.parse(asJson.stdout).keys).toEqual([
    { id: 'clawdbot', plain: false },
    { id: 'key-2', plain: true },
    { id: 'laptop', plain: false },
  ]);
  expect(asJson.stdout).not.toMatch(/secret|sha256/);
});

const lines = configuration.split('\n');

test.each([
  ['clawdbot', lines.toSpliced(5, 2)],
  ['key-2', lines.toSpliced(7, 1)],
  ['laptop', lines.toSpliced(8, 2)],
])('revoke %s takes its lines out, with their comment, and changes nothing else', async (id, left) => {
  const file = fileOf(configuration);
  const { stdout } = await keys('revoke', id, '--config', file);
  expect(stdout).toContain(`revoked ${id} in ${file}`);
  expect(readFileSync(file, 'utf8')).toBe(left.join('\n'));
});

test.each([
  ['key-1', '[b, c]'],
  ['key-2', '[a, c]'],
  ['key-3', '[a, b]'],
])('revoke %s works on a list in one line', async (id, left) => {
  const file = fileOf('gateway: { auth: { valid_keys: [a, b, c] }, listen: ":1" } # one line\n');
  await keys('revoke', id, '--config', file);
  expect(readFileSync(file, 'utf8')).toBe(`gateway: { auth: { valid_keys: ${left} }, listen: ":1" } # one line\n`);
});

test('revoke takes both keys out where an id stands twice', async () => {
  const entries = ['a', 'b'].map((key) => `  - { id: twice, sha256: ${digest(key)} }\n`).join('');
  const file = fileOf(`auth:\n  valid_keys:\n  - { id: other, sha256: ${digest('c')} }\n${entries}listen: ":1"\n`);
  await keys('revoke', 'twice', '--config', file);
  expect((await keys('list', '--config', file)).stdout).toBe('other\n');
});

test('revoke keeps the mode of the file, and a link', async () => {
  const file = fileOf(configuration);
  chmodSync(file, 0o640);
  const link = join(temporaryFolder('keys'), 'linked.yaml');
  symlinkSync(file, link);
  await keys('revoke', 'laptop', '--config', link);
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(statSync(file).mode & 0o777).toBe(0o640);
  expect(readFileSync(file, 'utf8')).not.toContain('laptop');
});

test('revoke works on the article’s own file, and warns when no key is left', async () => {
  const file = fileOf('listen: ":18789"\nauth:\n  enabled: true\n  valid_keys:\n    - sk-one # only one\n');
  const { stdout } = await keys('revoke', 'key-1', '--config', file);
  expect(stdout).toContain('no key is left');
  expect(readFileSync(file, 'utf8')).not.toContain('sk-one');
  expect((await keys('list', '--config', file)).stdout).toContain('no keys');
});

test('an unknown id changes nothing and names those in use', async () => {
  const file = fileOf(configuration);
  const { stderr, code } = await keys('revoke', 'clawdbott', '--config', file);
  expect(stderr).toContain(
    `expected the id of a key in ${file}, got "clawdbott"; keys in use: clawdbot, key-2, laptop`,
  );
  expect(code).toBe(64);
  expect(readFileSync(file, 'utf8')).toBe(configuration);
});
