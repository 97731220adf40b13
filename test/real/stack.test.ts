import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repository, temporaryFolder } from '../support/ops.ts';
import { findProgram } from './support/programs.ts';
import { realPart } from './support/require.ts';

const folder = temporaryFolder('stack');

/** A configuration of deploy/ with its absolute folders moved to a temporary one; nothing else changes. */
function relocated(path: string, ...folders: readonly string[]): string {
  let text = readFileSync(join(repository, path), 'utf8');
  for (const absolute of folders) text = text.replaceAll(absolute, join(folder, absolute));
  const target = join(folder, path.replaceAll('/', '-'));
  writeFileSync(target, text);
  return target;
}

const checks: Record<string, { program: string; args: () => string[]; expected: RegExp }> = {
  Prometheus: {
    program: 'promtool',
    args: () => {
      const home = join(folder, 'prometheus');
      mkdirSync(join(home, 'rules'), { recursive: true });
      cpSync(join(repository, 'alerts/generated/rules.yml'), join(home, 'rules/rules.yml'));
      cpSync(join(repository, 'deploy/prometheus/watch-down.yml'), join(home, 'rules/watch-down.yml'));
      cpSync(join(repository, 'deploy/prometheus/prometheus.yml'), join(home, 'prometheus.yml'));
      return ['check', 'config', join(home, 'prometheus.yml')];
    },
    expected: /SUCCESS/,
  },
  Alertmanager: {
    program: 'amtool',
    args: () => ['check-config', join(repository, 'deploy/alertmanager/alertmanager.yml')],
    expected: /SUCCESS/,
  },
  Loki: {
    program: 'loki',
    args: () => ['-verify-config', `-config.file=${relocated('deploy/loki/loki.yaml', '/loki')}`],
    expected: /config is valid/,
  },
  Tempo: {
    program: 'tempo',
    args: () => ['-config.verify=true', `-config.file=${relocated('deploy/tempo/tempo.yaml', '/var/tempo')}`],
    expected: /^/,
  },
  Collector: {
    program: 'otelcol',
    args: () => ['validate', `--config=${relocated('deploy/collector/collector.yaml', '/var/lib/otelcol')}`],
    expected: /^/,
  },
};

for (const [part, { program, args, expected }] of Object.entries(checks)) {
  const path = findProgram(program);

  realPart(program, path !== undefined)(part, () => {
    test('accepts its configuration', () => {
      const output = execFileSync('/bin/sh', ['-c', '"$0" "$@" 2>&1', path ?? program, ...args()], {
        encoding: 'utf8',
      });
      expect(output).toMatch(expected);
    });
  });
}
