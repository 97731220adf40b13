import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repository, temporaryFolder } from '../support/ops.ts';

test('the packed and installed program has what the clone has', () => {
  const folder = temporaryFolder('package');
  const run = (program: string, args: string[], cwd = folder) => execFileSync(program, args, { cwd, encoding: 'utf8' });
  run('npm', ['pack', '--pack-destination', folder], repository);
  const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz')) ?? '';
  run('npm', ['install', '--prefix', folder, '--no-save', join(folder, tarball)]);
  // Without the clone's Node on the PATH: the package brings its own.
  const installed = (...args: string[]) =>
    run('env', ['-i', 'PATH=/usr/bin:/bin', join(folder, 'node_modules/.bin/ops'), ...args]);
  const cloned = (...args: string[]) => run(join(repository, 'bin/ops'), args);
  expect(installed('--help')).toBe(cloned('--help'));
  expect(installed('check', '--list')).toBe(cloned('check', '--list'));
  expect(installed('dashboards', 'export', join(folder, 'out'))).toContain('on-call.json');
}, 300_000);
