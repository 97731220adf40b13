import { certificateNotAfter } from '../../catalogue/certificate.ts';
import { hostDiskFree, hostDiskTotal } from '../../catalogue/host.ts';
import { latencyAverage, latencyCanary } from '../../catalogue/latency.ts';
import { abnormalRequestsYesterday, requestsYesterday } from '../../catalogue/log.ts';
import { checkLastSuccess, checkSuccess } from '../../catalogue/watch.ts';
import { select } from '../../expression/ast.ts';
import type { Sample } from '../../expression/series.ts';
import type { Incident } from '../../incident.ts';
import type { IncidentStore } from '../../store/incidents.ts';
import type { OutboxTally } from '../../store/outbox.ts';
import type { SampleStore } from '../../store/samples.ts';

/** What the morning report tells. Times are wall time in milliseconds. */
export interface DailyReport {
  readonly from: number;
  readonly to: number;
  readonly firing: readonly Incident[];
  /** Opened or ended since `from`, first to open first. */
  readonly incidents: readonly Incident[];
  /** Null where no audit log was counted within two days. */
  readonly requests: AbnormalRequests | null;
  readonly certificates: readonly { readonly target: string; readonly daysLeft: number }[];
  readonly latency: readonly Baseline[];
  readonly disks: readonly { readonly mount: string; readonly freeBytes: number; readonly totalBytes: number }[];
  readonly mails: OutboxTally;
  /** Checks whose last run gave no data. */
  readonly silentChecks: readonly string[];
}

interface AbnormalRequests {
  /** When they were counted: of the calendar day before, local time. */
  readonly countedAt: number;
  readonly total: number;
  readonly abnormal: number;
  readonly top: readonly {
    readonly client: string;
    readonly endpoint: string;
    readonly error: string;
    readonly count: number;
  }[];
}

interface Baseline {
  readonly model: string;
  /** Seconds: the last canary, and the average of what is kept of a week. */
  readonly last: number;
  readonly usual: number;
}

type Samples = Pick<SampleStore, 'latest' | 'read'>;

const dayMs = 86_400_000;
/** Rare checks repeat their samples at each evaluation: what is older belongs to something that is gone. */
const currentMs = 2 * dayMs;

/** Reads the report of the time between two moments. */
export function gatherDaily(incidents: IncidentStore, samples: Samples, from: number, to: number): DailyReport {
  const latest = (metric: { readonly name: string }): Sample[] => samples.latest(metric.name, to - currentMs);
  const since = incidents.since(from);
  return {
    from,
    to,
    firing: since.filter(({ state }) => state === 'firing'),
    incidents: since.filter(({ openedAt, closedAt }) => openedAt >= from || closedAt !== null),
    requests: requestsOf(latest),
    certificates: certificatesOf(latest(certificateNotAfter), to),
    latency: latencyOf(latest(latencyCanary), samples, to),
    disks: disksOf(latest(hostDiskFree), latest(hostDiskTotal)),
    mails: incidents.outbox.tally(from, to),
    silentChecks: newest(latest(checkSuccess))
      .filter(({ value }) => value === 0)
      .map((one) => one.labels['check'] ?? ''),
  };
}

/** Samples of the last writing: others of the metric are about something that is gone. */
function newest(samples: readonly Sample[]): Sample[] {
  const last = Math.max(...samples.map(({ at }) => at));
  return samples.filter(({ at }) => last - at < 600_000);
}

function requestsOf(latest: (metric: { readonly name: string }) => Sample[]): AbnormalRequests | null {
  const counts = newest(latest(requestsYesterday));
  const counted = latest(checkLastSuccess).find(({ labels }) => labels['check'] === 'log');
  if (counts.length === 0 || !counted) return null;
  const abnormal = counts.find(({ labels }) => labels['result'] === 'abnormal')?.value ?? 0;
  const writtenAt = Math.max(...counts.map(({ at }) => at));
  return {
    countedAt: counted.value * 1000,
    abnormal,
    total: counts.reduce((sum, { value }) => sum + value, 0),
    top: latest(abnormalRequestsYesterday)
      .filter(({ at }) => at === writtenAt)
      .map(({ labels: { client = '', endpoint = '', error = '' }, value: count }) => ({
        client,
        endpoint,
        error,
        count,
      }))
      .sort((a, b) => b.count - a.count),
  };
}

/** Per name the one that ends first. */
function certificatesOf(samples: readonly Sample[], now: number) {
  const byTarget = Map.groupBy(newest(samples), ({ labels }) => labels['target'] ?? '');
  return [...byTarget]
    .map(([target, ends]) => ({
      target,
      daysLeft: Math.floor((Math.min(...ends.map(({ value }) => value)) * 1000 - now) / dayMs),
    }))
    .sort((a, b) => a.daysLeft - b.daysLeft);
}

const weekMs = 7 * dayMs;

function latencyOf(canaries: readonly Sample[], samples: Samples, now: number): Baseline[] {
  return newest(canaries).flatMap(({ labels, value: last }) => {
    const model = labels['model'] ?? '';
    const points = samples
      .read(select(latencyAverage), now - weekMs, now)
      .filter((series) => series.labels['model'] === model)
      .flatMap((series) => series.points.map((point) => point.value));
    if (points.length === 0) return [];
    return [{ model, last, usual: points.reduce((sum, value) => sum + value, 0) / points.length }];
  });
}

function disksOf(free: readonly Sample[], total: readonly Sample[]) {
  return newest(free).flatMap(({ labels, value: freeBytes }) => {
    const mount = labels['mount'] ?? '';
    const size = total.find((one) => one.labels['mount'] === mount);
    return size ? [{ mount, freeBytes, totalBytes: size.value }] : [];
  });
}
