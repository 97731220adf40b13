import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { gatewaySchema } from '../../gateway/config.ts';
import { parseDuration } from '../../src/duration.ts';
import { findProgram } from '../real/support/programs.ts';
import { realPart } from '../real/support/require.ts';
import { repository } from '../support/ops.ts';

const read = (path: string) => readFileSync(join(repository, 'deploy', path), 'utf8');
const gateway = gatewaySchema.parse({});
const site = read('nginx/qwen3-prod.conf');
const api = site.slice(site.indexOf('location /v1/'), site.indexOf('location @gateway_unavailable'));

test('the site sends /v1 to where the gateway listens, and waits longer than the gateway does', () => {
  expect(site).toContain(`server 127.0.0.1:${gateway.listen.port}`);
  const wait = parseDuration(/proxy_read_timeout (\w+);/.exec(api)?.[1] ?? '') ?? 0;
  expect(wait).toBeGreaterThan(gateway.timeouts.cold_load);
  const megabytes = Number(/client_max_body_size (\d+)m;/.exec(api)?.[1]);
  expect(megabytes * 1024 ** 2).toBeGreaterThanOrEqual(gateway.limits.max_body_bytes);
});

test('every file that the site includes is shipped', () => {
  const included = [...site.matchAll(/include \/etc\/nginx\/(snippets\/\S+);/g)].map(([, path]) => path ?? '');
  expect(included.length).toBeGreaterThan(0);
  for (const path of included) expect(statSync(join(repository, 'deploy/nginx', path)).isFile()).toBe(true);
});

test('a location with headers of its own repeats those of the server', () => {
  for (const [block] of site.matchAll(/location [^{]*\{[^}]*\}/g)) {
    if (block.includes('add_header')) expect(block).toContain('snippets/clawdbot-headers.conf');
  }
});

test.each(readdirSync(join(repository, 'deploy/systemd')).filter((name) => name.endsWith('.service')))(
  '%s runs a command that exists, without privileges',
  (name) => {
    const unit = read(`systemd/${name}`);
    const command = /^ExecStart=\/usr\/local\/bin\/ops (\w+) --config \/etc\/clawdbot-ops\/ops\.yaml$/m.exec(unit)?.[1];
    expect(readdirSync(join(repository, 'src/cli/commands'))).toContain(`${command}.ts`);
    for (const line of ['NoNewPrivileges=yes', 'CapabilityBoundingSet=', 'ProtectSystem=strict', 'ProtectHome=yes']) {
      expect(unit).toContain(`\n${line}\n`);
    }
    expect(unit).toMatch(/^User=(?!root)\S+$/m);
  },
);

realPart('systemd-analyze', findProgram('systemd-analyze') !== undefined)('systemd-analyze', () => {
  test.each([
    ['qwen-gateway', '14'],
    ['clawdbot-ops-watch', '22'],
  ])('%s is as closed as the guide says', (name, threshold) => {
    const file = join(repository, `deploy/systemd/${name}.service`);
    const options = ['security', '--offline=yes', '--no-pager', `--threshold=${threshold}`];
    const { status, stdout, stderr } = spawnSync('systemd-analyze', [...options, file], { encoding: 'utf8' });
    expect(status, stdout + stderr).toBe(0);
    const guide = readFileSync(join(repository, 'docs/deploy.md'), 'utf8').replaceAll('\n', ' ');
    expect(guide).toContain(`${name} ${/: ([\d.]+) \w+/.exec(stdout.split('Overall')[1] ?? '')?.[1]}`);
  });
});

test('the guide names only files that are there', () => {
  const guide = readFileSync(join(repository, 'docs/deploy.md'), 'utf8');
  const named = [...guide.matchAll(/\.\.\/(deploy\/[\w./-]*\w)\b/g)].map(([, path = '']) => path);
  expect(named.length).toBeGreaterThan(5);
  for (const path of named) expect(() => statSync(join(repository, path)), path).not.toThrow();
});
