import { execFile } from 'node:child_process';
import { join } from 'node:path';
import type { AuditReport } from '../../../src/security/report.ts';
import { repository } from '../../support/ops.ts';

/** `ops security` as a user runs it; it ends with 1 where something is broken, which is no failure of the run. */
export function runSecurity(args: readonly string[], env: Record<string, string> = {}) {
  return new Promise<{ code: number; stdout: string }>((resolve) => {
    const options = { env: { ...process.env, ...env } };
    execFile(join(repository, 'bin/ops'), ['security', ...args], options, (error, stdout) => {
      resolve({ code: Number(error?.code ?? 0), stdout });
    });
  });
}

/** What `ops security --json` says, and the verdict of the claim whose text has some words. */
export async function audited(file: string, env: Record<string, string> = {}, ...args: string[]) {
  const { code, stdout } = await runSecurity(['--config', file, '--json', ...args], env);
  const { claims } = JSON.parse(stdout) as AuditReport;
  const row = (words: string) => {
    const found = claims.find(({ claim }) => claim.includes(words));
    if (!found) throw new Error(`no claim with "${words}"`);
    return found;
  };
  return { code, file, row, verdict: (words: string) => row(words).verdict };
}
