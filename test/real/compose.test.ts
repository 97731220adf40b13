import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repository } from '../support/ops.ts';
import { findProgram } from './support/programs.ts';
import { realPart } from './support/require.ts';

const program = findProgram('docker-compose');

realPart('docker-compose', program !== undefined)('docker-compose', () => {
  const shipped = readFileSync(join(repository, 'docker-compose.observability.yml'), 'utf8');

  /** Compose's own view of a file; throws what it says against it. */
  const config = (text: string, profile: string): string => {
    // Debian's Compose 1.29 does not know `name`; all else it checks.
    const input = oldCompose ? text.replace(/^name:.*$/m, '') : text;
    const args = ['-f', '-', '--project-directory', repository, '--profile', profile, 'config'];
    return execFileSync(program ?? '', args, { encoding: 'utf8', stdio: 'pipe', input });
  };
  const oldCompose =
    program !== undefined && /version 1\./.test(execFileSync(program, ['--version'], { encoding: 'utf8' }));

  test.each(['nvidia', 'no-gpu'])('accepts the file with the profile %s', (profile) => {
    expect(config(shipped, profile)).toContain('127.0.0.1:9090');
  });

  test('would say what is wrong', () => {
    expect(() => config(shipped.replaceAll('mem_limit', 'memory_limit'), 'nvidia')).toThrow(/memory_limit/);
  });
});
