import { glob, readFile } from 'node:fs/promises';
import { z } from 'zod';
import { certificateNotAfter, certificateNotBefore } from '../catalogue/certificate.ts';
import { type Check, type CheckConfig, sampleOf, schedule } from '../check.ts';
import { duration } from '../config/types.ts';
import { OpsError, reasonOf } from '../errors.ts';
import type { Sample } from '../expression/series.ts';
import { certificateIn, certificateOf, type Validity } from '../probes/tls.ts';

interface CertificateConfig extends CheckConfig {
  readonly files: readonly string[];
  /** `host` or `host:port`. */
  readonly hosts: readonly string[];
}

const check: Check<CertificateConfig> = {
  summary: { en: 'validity of certificates, as files and as served', zh: '证书有效期:文件与线上' },
  schema: z.strictObject({
    every: schedule.prefault('1h'),
    timeout: duration.prefault('20s'),
    files: z.array(z.string().min(1)).default(['/etc/letsencrypt/live/*/fullchain.pem']),
    hosts: z
      .array(z.string().regex(/^(?:[^:\s]+|\[[^\]\s]+\])(?::\d{1,5})?$/, 'expected host or host:port'))
      .default([]),
  }),
  async run({ files, hosts, timeout }, { clock, log }) {
    const problems: string[] = [];
    const attempt = async (target: string, source: 'file' | 'live', read: () => Promise<Validity>) => {
      try {
        return samplesOf(target, source, await read(), clock.now());
      } catch (error) {
        problems.push(`${target}: ${error instanceof OpsError ? error.values['reason'] : reasonOf(error)}`);
        return [];
      }
    };
    const paths = (await Promise.all(files.map(expand))).flat();
    const samples = await Promise.all([
      ...paths.map((path) => attempt(path, 'file', async () => certificateIn(await readFile(path, 'utf8')))),
      ...hosts.map((host) => attempt(host, 'live', () => live(host, timeout * 0.8))),
    ]);
    const all = samples.flat();
    if (problems.length > 0 && all.length === 0) {
      throw new OpsError('probe_failed', { probe: 'certificate', reason: problems.join('; ') });
    }
    if (problems.length > 0) log.warn({ problems }, 'some certificates could not be read');
    return all;
  },
};

/** The files that match; a plain path stands for itself, so that a missing one is noticed. */
async function expand(pattern: string): Promise<string[]> {
  if (!/[*?[{]/.test(pattern)) return [pattern];
  const paths: string[] = [];
  for await (const path of glob(pattern)) paths.push(path);
  return paths.sort();
}

function live(host: string, timeoutMs: number): Promise<Validity> {
  const [, bracketed, plain, port] = /^(?:\[(.+)\]|([^:]+))(?::(\d+))?$/.exec(host) ?? [];
  return certificateOf(bracketed ?? plain ?? host, Number(port ?? 443), timeoutMs);
}

function samplesOf(target: string, source: 'file' | 'live', { notBefore, notAfter }: Validity, at: number): Sample[] {
  return [
    sampleOf(certificateNotBefore, { target, source }, notBefore / 1000, at),
    sampleOf(certificateNotAfter, { target, source }, notAfter / 1000, at),
  ];
}

export default check;
