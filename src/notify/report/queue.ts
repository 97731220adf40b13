import type { IncidentStore } from '../../store/incidents.ts';
import type { SampleStore } from '../../store/samples.ts';
import { instantsOf, offsetAt } from '../../zone.ts';
import { type Channel, recipientsOf } from '../channel.ts';
import type { Letter } from '../letter.ts';
import { gatherDaily } from './gather.ts';
import { gatherNoise } from './noise.ts';
import { dailySubject, monthlySubject, type ReportContext, renderDaily, renderNoise } from './render.ts';

export interface QueueOptions {
  readonly incidents: IncidentStore;
  readonly samples: Pick<SampleStore, 'latest' | 'read'>;
  readonly channels: ReadonlyMap<string, Channel>;
  readonly context: ReportContext;
  /** Right part of the Message-ID. */
  readonly domain: string;
}

/** A report that is written so much after its time says so, milliseconds. */
const lateMs = 300_000;

/** Puts the report that was due at a moment into the outbox, and on the first report of a month that of the one before. */
export function queueDue(
  options: QueueOptions,
  { from, to, dueAt }: { from: number; to: number; dueAt: number },
): void {
  const late = to - dueAt > lateMs ? { ...options.context, dueAt } : options.context;
  queueDaily({ ...options, context: late }, from, to, dueAt);
  const month = monthBefore(dueAt, options.context.timezone);
  if (from < month.to) queueMonthly(options, month);
}

/** `name` makes the Message-ID: what was queued under it before is not queued again. */
export function queueDaily(options: QueueOptions, from: number, to: number, name: number): void {
  const report = gatherDaily(options.incidents, options.samples, from, to);
  post(options, `daily.${name}`, dailySubject(report, options.context), renderDaily(report, options.context), to);
}

export function queueMonthly(options: QueueOptions, { from, to }: { from: number; to: number }, name = from): void {
  const noise = gatherNoise(options.incidents, from, to);
  post(options, `monthly.${name}`, monthlySubject(noise, options.context), renderNoise(noise, options.context), to);
}

function post(
  { incidents, channels, domain }: QueueOptions,
  name: string,
  subject: string,
  letter: Letter,
  at: number,
): void {
  const told = { kind: 'report' as const, subject, payload: JSON.stringify(letter) };
  const rows = recipientsOf(channels).map((to) => ({ ...told, ...to }));
  incidents.outbox.post(`<report.${name}@${domain}>`, rows, at);
}

/** The calendar month before that of a moment, in a zone. */
export function monthBefore(at: number, timezone: string): { from: number; to: number } {
  const local = new Date(at + offsetAt(at, timezone));
  const startOf = (months: number): number => {
    const [instant = at] = instantsOf(Date.UTC(local.getUTCFullYear(), local.getUTCMonth() + months), timezone);
    return instant;
  };
  return { from: startOf(-1), to: startOf(0) };
}
