import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repository, temporaryFolder } from '../support/ops.ts';

const spy = join(temporaryFolder('start'), 'spy.mjs');
writeFileSync(
  spy,
  `import { registerHooks } from 'node:module';
  import { writeSync } from 'node:fs';
  registerHooks({ load(url, context, next) { writeSync(2, url + '\\n'); return next(url, context); } });`,
);

/** Packages that are loaded until a command has ended. */
function packagesOf(...words: string[]): string[] {
  const node = join(repository, 'node_modules/.bin/node');
  const script = 'exec "$0" --import "$1" "$2" $3 2>&1 >/dev/null || true';
  const args = ['-c', script, node, spy, join(repository, 'bin/ops.js'), words.join(' ')];
  const loaded = execFileSync('/bin/sh', args, { encoding: 'utf8', maxBuffer: 64 << 20 });
  const names = [...loaded.matchAll(/\/node_modules\/((?:@[^/]+\/)?[^/]+)\//g)].map(([, name = '']) => name);
  return [...new Set(names)].sort();
}

test.each([
  { words: ['--help'], packages: ['commander'] },
  { words: ['log', 'top', '--since', '1h', 'test/readme.test.ts'], packages: ['commander'] },
  { words: ['diagnose', 'README.md'], packages: ['commander'] },
])('ops $words.0 starts with the packages that it needs', ({ words, packages }) => {
  expect(packagesOf(...words)).toEqual(packages);
});
