import { inFlight } from '../../src/catalogue/gateway.ts';
import type { Clock } from '../../src/clock.ts';
import { type InFlightReply, phases } from '../../src/in-flight.ts';
import type { Metrics } from '../../src/telemetry/registry.ts';
import type { Tracing } from '../../src/telemetry/tracing.ts';
import type { Inbound } from '../admission/admitted.ts';
import type { AuditLog } from './audit-log.ts';
import { measure } from './measure.ts';
import { type Ending, RequestRecord } from './request-record.ts';
import { openSpan } from './spans.ts';

/** A request open this long writes a `started` line, so that a crash loses only younger ones. */
const startedLineAfterMs = 3000;

export interface AccountInput {
  readonly audit: AuditLog;
  readonly metrics: Metrics;
  readonly tracing: Tracing | undefined;
  readonly clock: Clock;
  /** Whether the user header may be believed. */
  readonly userIdTrusted: boolean;
}

/** One open request. */
export interface OpenRequest {
  readonly record: RequestRecord;
  /** Writes the audit line, the metrics and the trace; once, however often it is called. */
  close(ending: Ending): void;
}

export interface Account {
  open(inbound: Inbound): OpenRequest;
  inFlight(): InFlightReply;
  readonly openCount: number;
}

/** Keeps the books: every request that passed the network layer is opened and closed here. */
export function createAccount({ audit, metrics, tracing, clock, userIdTrusted }: AccountInput): Account {
  const records = new Set<RequestRecord>();
  metrics.beforeScrape(() => {
    const counts = new Map<string, number>();
    for (const { currentPhase } of records) counts.set(currentPhase, (counts.get(currentPhase) ?? 0) + 1);
    for (const phase of phases) metrics.set(inFlight, { phase }, counts.get(phase) ?? 0);
  });
  return {
    open(inbound) {
      const span = openSpan(tracing, inbound);
      const record = new RequestRecord(inbound, span, clock);
      records.add(record);
      const writeStarted = () => audit.write(record.line('started', userIdTrusted));
      const cancelStarted = clock.after(startedLineAfterMs, writeStarted, { keepAlive: false });
      return {
        record,
        close(ending) {
          if (!records.delete(record)) return;
          cancelStarted();
          record.end(ending);
          const line = record.line('audit', userIdTrusted);
          audit.write(line);
          measure(metrics, record, line);
          span.finish(record, line);
        },
      };
    },
    inFlight: () => ({ requests: [...records].map((record) => record.inFlight()) }),
    get openCount() {
      return records.size;
    },
  };
}
