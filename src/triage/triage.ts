import type { Clock } from '../clock.ts';
import type { Endpoints } from '../endpoints.ts';
import type { LogKind, LogRecord } from '../logs/record.ts';
import type { Window } from '../logs/window.ts';
import { loadCauses } from './catalogue.ts';
import type { TriageConfig } from './config.ts';
import { trailOf } from './correlate.ts';
import type { Diagnosis, Step, Verdict } from './diagnosis.ts';
import { type Finding, findCauses, healthy, rank, toVerdict, unexplained, unknown } from './engine.ts';
import { absences } from './evidence/absence.ts';
import { collect } from './evidence/collect.ts';
import { locate } from './evidence/locate.ts';
import { chatPath } from './evidence/path.ts';
import { select } from './evidence/select.ts';
import { walk } from './flow.ts';
import { hasFailed } from './odd.ts';
import { toldByOllama } from './told.ts';

export interface TriageOptions {
  readonly config: TriageConfig;
  readonly endpoints: Endpoints;
  readonly clock: Clock;
  /** Default: the last 15 minutes, a day when a request is named. */
  readonly window?: Window;
  readonly requestId?: string;
  readonly user?: string;
  /** Reads only files: nothing is asked, nothing is sent. */
  readonly offline?: boolean;
  /** Where watch keeps its samples; without it neither they nor its incidents are evidence. */
  readonly stateFolder?: string;
  /** Further logs, or other places for those of the configuration. */
  readonly logs?: Partial<Readonly<Record<LogKind, string>>>;
}

const minute = 60_000;

/** The search for one request's lines; every single question gives up after three seconds, and so all within five. */
const locateMs = 2500;

/** Before the end of a request and behind it, in milliseconds: what a load, a long answer and its neighbours take. */
const [beforeEnd, afterEnd] = [30 * minute, 15 * minute];

/**
 * Walks the flowchart for "the chat is stuck" over the logs and the running parts, and names the cause. Never throws for
 * evidence that is missing: it says so in `sources` and answers `unknown`. Takes five seconds at most, half of them to find a
 * request that was named.
 */
export async function triage(options: TriageOptions): Promise<Diagnosis> {
  const { config, endpoints, clock, requestId, user, stateFolder, logs = {} } = options;
  const start = clock.monotonic();
  const now = clock.now();
  const asked = options.window ?? { from: now - (requestId === undefined ? 15 : 24 * 60) * minute, to: now };
  const past = now - asked.to > 2 * minute;
  const offline = options.offline === true;
  const audit = logs['gateway-log'] ?? config.logs['gateway-log'];
  const located = requestId && audit ? await locate(audit, requestId, asked, locateMs) : undefined;
  const window = located?.at === undefined ? asked : around(located.at, asked);
  const [causes, collected] = await Promise.all([
    loadCauses(),
    collect({ config, endpoints, window, offline, past, clock, logs, ...(stateFolder ? { stateFolder } : {}) }),
  ]);
  const wanted = { ...(requestId === undefined ? {} : { requestId }), ...(user === undefined ? {} : { user }) };
  const evidence = select(collected, wanted, window, now);
  const path = chatPath(config.path, evidence);
  const { records } = evidence;
  const findings = rank(findCauses(causes, [...records, ...toldByOllama(records), ...absences(evidence, path)]));
  const steps = walk(evidence, findings, path);
  const request =
    requestId === undefined
      ? undefined
      : { ...trailOf(requestId, evidence.around), complete: located?.complete ?? false };
  const { verdict, also } = conclude(findings, steps, records);
  return {
    verdict,
    also,
    steps,
    ...(request ? { request } : {}),
    window: { from: new Date(evidence.window.from).toISOString(), to: new Date(evidence.window.to).toISOString() },
    sources: evidence.sources,
    took_ms: clock.monotonic() - start,
  };
}

const around = (at: number, { from, to }: Window): Window => ({
  from: Math.max(from, at - beforeEnd),
  to: Math.min(to, at + afterEnd),
  focus: at,
});

/** The first finding that says something, else `unknown` when a request failed or a box is open, else `healthy`. */
function conclude(
  findings: readonly Finding[],
  steps: readonly Step[],
  records: readonly LogRecord[],
): Pick<Diagnosis, 'verdict' | 'also'> {
  const first = findings.find(({ cause }) => cause.weight !== 'noise');
  const also = findings.filter((finding) => finding !== first).map(toVerdict);
  if (first) return { verdict: toVerdict(first), also };
  const failed = records.filter((record) => hasFailed(record) || isGrave(record));
  if (failed.length > 0) return { verdict: unexplained(failed), also };
  const open = steps.some(({ state }) => state === 'unknown');
  return { verdict: open ? missing : healthy, also };
}

/** A critical incident: watch knows of a fault that triage has no name for. */
const isGrave = ({ kind, message }: LogRecord) => kind === 'incident' && / critical /.test(message);

const missing: Verdict = {
  ...unknown,
  title: { en: 'No fault found, but evidence is missing', zh: '未发现故障,但证据不全' },
  explanation: {
    en: 'The boxes with a question mark could not be answered; --explain lists what was read and how to make the rest readable.',
    zh: '带问号的步骤无法回答;--explain 会列出已读取的内容以及如何补全。',
  },
};
