import { z } from 'zod';
import type { AuditLine } from '../audit-line.ts';
import { abnormalRequestsYesterday, requestsYesterday } from '../catalogue/log.ts';
import { type Check, type CheckConfig, sampleOf, schedule } from '../check.ts';
import { duration } from '../config/types.ts';
import { OpsError } from '../errors.ts';
import { parseLog } from '../logs/formats/index.ts';
import { rotatedFiles } from '../logs/rotated.ts';
import { readLogFile } from '../logs/source.ts';
import { type Window, within } from '../logs/window.ts';
import type { Log } from '../telemetry/log.ts';
import { dayStarts } from '../zone.ts';

interface LogConfig extends CheckConfig {
  readonly file: string;
}

interface Kind {
  readonly client: string;
  readonly endpoint: string;
  readonly error: string;
  readonly count: number;
}

const shown = 5;

/** By outcome: a search for the digits of a status also finds times and sizes. */
const check: Check<LogConfig> = {
  summary: { en: "yesterday's abnormal requests, the five most frequent kinds", zh: '昨日异常请求 TOP5' },
  metrics: [requestsYesterday, abnormalRequestsYesterday],
  replaces: String.raw`zgrep "401\|429\|500" /var/log/qwen-gateway.log | awk '{print $1}' | sort | uniq -c | sort -nr | head -5`,
  schema: z.strictObject({
    every: schedule.prefault('30 0 * * *'),
    timeout: duration.prefault('60s'),
    /** The gateway's audit log; follows `gateway.audit.file` where that is set. */
    file: z.string().min(1).default('/var/log/qwen-gateway.log'),
  }),
  async run({ file }, { clock, log, timezone }) {
    const { yesterday, today } = dayStarts(clock.now(), timezone);
    const audits = await auditLines(file, { from: yesterday, to: today - 1 }, log);
    const abnormal = audits.filter(({ outcome }) => outcome !== 'ok');
    const top = mostFrequent(abnormal);
    log.info({ requests: audits.length, abnormal: abnormal.length, top }, 'abnormal requests of yesterday');
    const at = clock.now();
    return [
      sampleOf(requestsYesterday, { result: 'ok' }, audits.length - abnormal.length, at),
      sampleOf(requestsYesterday, { result: 'abnormal' }, abnormal.length, at),
      ...top.map(({ count, ...labels }) => sampleOf(abnormalRequestsYesterday, labels, count, at)),
    ];
  },
};

/** Ends of requests in the log and the files that it was rotated into; ours are left out. */
async function auditLines(file: string, window: Window, log: Log): Promise<AuditLine[]> {
  const paths = [...(await rotatedFiles(file, window)), file];
  const texts = await Promise.all(paths.map((path) => readLogFile(path, { window, timeoutMs: 30_000 })));
  if (texts.every(({ state }) => state === 'missing' || state === 'unreadable')) {
    const last = texts.at(-1);
    const missing = 'no such file; set watch.checks.log.file to the file of gateway.audit.file';
    throw new OpsError('probe_failed', { probe: file, reason: last?.state === 'missing' ? missing : last?.note });
  }
  const notes = texts.flatMap(({ note }, index) => (note === undefined ? [] : [`${paths[index]}: ${note}`]));
  if (notes.length > 0) log.warn({ notes }, 'yesterday is not counted whole; ops log top counts all of it');
  const records = texts.flatMap(({ lines }, index) => parseLog('gateway-log', lines, paths[index] ?? file));
  return within(records, window).flatMap(({ audit }) => (audit?.type === 'audit' && !audit.probe ? [audit] : []));
}

/** The key names the caller better than an address that many may share. */
function mostFrequent(audits: readonly AuditLine[]): Kind[] {
  const counts = new Map<string, Kind>();
  for (const { key_id, client_ip, path, error, outcome } of audits) {
    const kind = { client: key_id ?? client_ip, endpoint: path, error: error ?? outcome ?? 'unknown' };
    const key = Object.values(kind).join(' ');
    counts.set(key, { ...kind, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count).slice(0, shown);
}

export default check;
