import { samplesBytes } from '../catalogue/watch.ts';
import { sampleOf } from '../check.ts';
import type { Clock } from '../clock.ts';
import { reasonOf } from '../errors.ts';
import type { Sample } from '../expression/series.ts';
import type { RecordingRule } from '../rule.ts';
import type { IncidentStore } from '../store/incidents.ts';
import type { SampleStore } from '../store/samples.ts';
import type { Log } from '../telemetry/log.ts';
import type { Alerting } from './alerting.ts';
import type { CheckLoop } from './check-loop.ts';
import { ownSamples } from './observe.ts';
import { keptSince, record } from './recording.ts';
import { adaptShare, keptFor, samplesLimit } from './retention.ts';

/** Samples of rarer checks are written again at each evaluation, as a scrape would: expressions look back 5 minutes. */
const repeatAfterMs = 60_000;

export interface EvaluationOptions {
  readonly alerting: Alerting;
  readonly samples: SampleStore;
  readonly records: readonly RecordingRule[];
  readonly incidents: IncidentStore;
  readonly checks: CheckLoop;
  /** Whether the configuration file was accepted when it was last read. */
  readonly configAccepted: () => boolean;
  /** Called after notifications were written. */
  readonly announced: () => void;
  readonly clock: Clock;
  readonly log: Log;
}

export interface EvaluationLoop {
  /** The newest samples of everything, for a scrape. */
  current(): Sample[];
  /** Wall time of the last evaluation that succeeded, milliseconds. */
  evaluatedAt(): number | undefined;
  /** One evaluation of every rule. */
  tick(): void;
}

/** What happens at each evaluation: samples are carried on, rules judged, watch's own state stored, old samples forgotten. */
export function evaluationLoop(options: EvaluationOptions): EvaluationLoop {
  const { alerting, samples, records, incidents, checks, announced, clock, log } = options;
  let evaluatedAt: number | undefined;
  let share = 1;
  let tickedAt = Number.NEGATIVE_INFINITY;

  const repeated = (now: number): Sample[] =>
    checks
      .runs()
      // A clock that was set back leaves them in the future, where nobody reads them.
      .filter(({ status }) => Math.abs(now - (status.lastRunAt ?? now)) > repeatAfterMs)
      .flatMap((run) => [...run.samples, ...run.about].map((sample) => ({ ...sample, at: now })));

  const own = (now: number): Sample[] => [
    ...ownSamples(
      alerting.alerts(),
      incidents.outbox.unsent(),
      { evaluatedAt, configAccepted: options.configAccepted() },
      now,
    ),
    ...checks.jobs(now),
    sampleOf(samplesBytes, {}, samples.bytes(), now),
  ];

  const prune = (now: number): void => {
    const bytes = samples.bytes();
    if (bytes > samplesLimit && share === 1) log.error({ bytes }, 'samples.db is full: the oldest samples go');
    share = adaptShare(share, bytes);
    const { raw, thinned } = keptFor(share);
    samples.prune({ rawSince: now - raw, thinnedSince: now - thinned, keptSince: keptSince(records, now) });
  };

  /** A full disk or a locked file: what one step could not do keeps no other from its work, and the next may succeed. */
  const attempt = (failure: string, step: () => void): void => {
    try {
      step();
    } catch (error) {
      log.error({ reason: reasonOf(error) }, failure);
    }
  };

  return {
    current: () => [...checks.runs().flatMap((run) => [...run.samples, ...run.about]), ...own(clock.now())],
    evaluatedAt: () => evaluatedAt,
    tick() {
      const now = clock.now();
      // Its samples would be read among those that are still to come.
      if (now < tickedAt) attempt('samples of the future could not be deleted', () => samples.forgetAfter(now));
      tickedAt = now;
      // First, so that on a full disk there is room for what follows.
      attempt('old samples could not be deleted', () => prune(now));
      attempt('samples could not be stored', () => {
        samples.append(repeated(now));
        record(records, samples, now);
      });
      attempt('the rules could not be evaluated', () => {
        if (alerting.tick(now, checks.statuses())) announced();
        evaluatedAt = now;
      });
      attempt('no room could be set aside for a full disk', () => incidents.reserve());
      attempt("watch's own samples could not be stored", () => samples.append(own(now)));
    },
  };
}
