import type { X509Certificate } from 'node:crypto';
import { glob, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import * as certificate from '../catalogue/certificate.ts';
import { certificateProblems, type JudgedCertificate } from '../certificate-problems.ts';
import { type Check, type CheckConfig, sampleOf, schedule } from '../check.ts';
import { duration } from '../config/types.ts';
import { OpsError, reasonOf } from '../errors.ts';
import type { Sample } from '../expression/series.ts';
import { certbotState } from '../probes/certbot.ts';
import { certificatesIn, covers, judgeChain, judgeDates, judgeKey, judgePresented } from '../probes/certificate.ts';
import { askEveryAddress } from '../probes/tls.ts';

interface CertificateConfig extends CheckConfig {
  readonly files: readonly string[];
  /** `host` or `host:port`. */
  readonly hosts: readonly string[];
  readonly ca?: string | undefined;
  readonly certbot_log: string;
}

/** What is known of one target. */
interface Seen {
  readonly target: string;
  readonly source: 'file' | 'live';
  /** The name that a live target was asked for. */
  readonly host?: string;
  readonly leaf?: X509Certificate;
  readonly judged: JudgedCertificate;
  /** What went wrong, for the log. */
  readonly reasons: readonly string[];
}

const check: Check<CertificateConfig> = {
  summary: { en: 'validity of certificates, as files and as served', zh: '证书有效期:文件与线上' },
  metrics: Object.values(certificate),
  replaces: 'openssl x509 -in /etc/letsencrypt/live/ai.yourcompany.com/cert.pem -dates | grep After',
  schema: z.strictObject({
    every: schedule.prefault('1h'),
    timeout: duration.prefault('20s'),
    files: z.array(z.string().min(1)).default(['/etc/letsencrypt/live/*/fullchain.pem']),
    hosts: z
      .array(z.string().regex(/^(?:[^:\s]+|\[[^\]\s]+\])(?::\d{1,5})?$/, 'expected host or host:port'))
      .default([]),
    /** PEM file of an own authority that signs the hosts' certificates. */
    ca: z.string().min(1).optional(),
    certbot_log: z.string().min(1).default('/var/log/letsencrypt/letsencrypt.log'),
  }),
  async run({ files, hosts, ca, certbot_log, timeout }, { clock, log }) {
    const now = clock.now();
    const paths = (await Promise.all(files.map(expand))).flat();
    const authority = ca === undefined ? undefined : await readFile(ca, 'utf8');
    const seen = await Promise.all([
      ...paths.map((path) => inFile(path, now)),
      ...hosts.map((host) => served(host, { timeoutMs: timeout * 0.8, ca: authority, now })),
    ]);
    const reasons = seen.flatMap(({ target, reasons }) => reasons.map((reason) => `${target}: ${reason}`));
    if (reasons.length > 0 && seen.every(({ leaf }) => leaf === undefined)) {
      throw new OpsError('probe_failed', { probe: 'certificate', reason: reasons.join('; ') });
    }
    if (reasons.length > 0) log.warn({ reasons }, 'some certificates could not be read');
    const { timerActive, lastRunSucceeded } = await certbotState(certbot_log, timeout * 0.1);
    const at = clock.now();
    return [
      ...seen.flatMap((one) => samplesOf(one, at)),
      ...seen.flatMap((one) => reloadSamples(one, seen, at)),
      ...(timerActive === undefined ? [] : [sampleOf(certificate.certbotTimerActive, {}, Number(timerActive), at)]),
      ...(lastRunSucceeded === undefined
        ? []
        : [sampleOf(certificate.certbotLastRunSuccess, {}, Number(lastRunSucceeded), at)]),
    ];
  },
};

/** The files that match; a plain path stands for itself, so that a missing one is noticed. */
async function expand(pattern: string): Promise<string[]> {
  if (!/[*?[{]/.test(pattern)) return [pattern];
  const paths: string[] = [];
  for await (const path of glob(pattern)) paths.push(path);
  return paths.sort();
}

async function inFile(path: string, now: number): Promise<Seen> {
  const about = { target: path, source: 'file' } as const;
  try {
    const chain = certificatesIn(await readFile(path, 'utf8'));
    const [leaf] = chain;
    // certbot puts the leaf alone into cert.pem, and its key beside it.
    const complete = basename(path) === 'cert.pem' ? {} : judgeChain(chain);
    const key = await readFile(join(dirname(path), 'privkey.pem'), 'utf8').catch(() => undefined);
    const keyed = key === undefined ? {} : judgeKey(leaf, key);
    return {
      ...about,
      leaf,
      judged: { unreadable: false, ...judgeDates(leaf, now), ...complete, ...keyed },
      reasons: [],
    };
  } catch (error) {
    return { ...about, judged: { unreadable: true }, reasons: [reasonOf(error)] };
  }
}

interface ServedOptions {
  readonly timeoutMs: number;
  readonly ca: string | undefined;
  readonly now: number;
}

async function served(target: string, { timeoutMs, ca, now }: ServedOptions): Promise<Seen> {
  const [, bracketed, plain, port] = /^(?:\[(.+)\]|([^:]+))(?::(\d+))?$/.exec(target) ?? [];
  const host = bracketed ?? plain ?? target;
  const about = { target, source: 'live', host } as const;
  try {
    const answers = await askEveryAddress({ host, port: Number(port ?? 443), timeoutMs, ca });
    const reasons = answers.flatMap(({ address, failure }) =>
      failure === undefined ? [] : [`${address}: ${failure}`],
    );
    const all = answers.flatMap(({ presented }) => (presented ? [presented] : []));
    const [first, ...others] = all.sort(
      (a, b) => a.certificate.validToDate.getTime() - b.certificate.validToDate.getTime(),
    );
    if (!first) return { ...about, judged: { unreadable: true }, reasons };
    const addresses_differ = others.some((other) => fingerprint(other.certificate) !== fingerprint(first.certificate));
    const judged = all.map((one) => judgePresented(one, host, now)).reduce(worse);
    return {
      ...about,
      leaf: first.certificate,
      judged: { ...judged, unreadable: reasons.length > 0, addresses_differ },
      reasons,
    };
  } catch (error) {
    if (!(error instanceof OpsError)) throw error;
    return { ...about, judged: { unreadable: true }, reasons: [String(error.values['reason'])] };
  }
}

const fingerprint = ({ fingerprint256 }: X509Certificate) => fingerprint256;

/** A problem of one address is one of the name. */
function worse(a: JudgedCertificate, b: JudgedCertificate): JudgedCertificate {
  const worst: JudgedCertificate = { ...a };
  for (const problem of certificateProblems) {
    if (b[problem] !== undefined) worst[problem] = a[problem] === true || b[problem];
  }
  return worst;
}

function samplesOf({ target, source, leaf, judged }: Seen, at: number): Sample[] {
  const problems = certificateProblems.flatMap((problem) => {
    const value = judged[problem];
    const labels = { target, source, problem };
    return value === undefined ? [] : [sampleOf(certificate.certificateProblem, labels, Number(value), at)];
  });
  if (!leaf) return problems;
  return [
    sampleOf(certificate.certificateNotBefore, { target, source }, leaf.validFromDate.getTime() / 1000, at),
    sampleOf(certificate.certificateNotAfter, { target, source }, leaf.validToDate.getTime() / 1000, at),
    ...problems,
  ];
}

/** Compares what a host serves with the newest watched file for its name; without such a file there is nothing to say. */
function reloadSamples({ target, host, leaf }: Seen, all: readonly Seen[], at: number): Sample[] {
  if (host === undefined || !leaf) return [];
  const files = all.flatMap((one) => (one.source === 'file' && one.leaf && covers(one.leaf, host) ? [one.leaf] : []));
  const newest = files.sort((a, b) => b.validFromDate.getTime() - a.validFromDate.getTime())[0];
  if (!newest) return [];
  const same = fingerprint(newest) === fingerprint(leaf);
  return [sampleOf(certificate.certificateFileMatchesLive, { target }, Number(same), at)];
}

export default check;
