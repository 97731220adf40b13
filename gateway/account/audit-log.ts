import { fstatSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { AuditLine, RecoveredLine } from '../../src/audit-line.ts';
import { auditWriteFailures } from '../../src/catalogue/gateway.ts';
import type { Clock } from '../../src/clock.ts';
import { reasonOf } from '../../src/errors.ts';
import type { Log } from '../../src/telemetry/log.ts';
import type { Metrics } from '../../src/telemetry/registry.ts';
import type { GatewayConfig } from '../config.ts';
import { AuditFile } from './audit-file.ts';
import { writeAll } from './write-all.ts';

export interface AuditLog {
  /** Writes one line before it returns, so that it survives the process. Never throws: a full disk is counted. */
  write(line: AuditLine | RecoveredLine): void;
  /** Opens the file anew, after an external log rotation moved it. */
  reopen(): void;
  close(): void;
}

export interface AuditInput {
  readonly config: GatewayConfig['audit'];
  readonly metrics: Metrics;
  readonly log: Log;
  readonly clock: Clock;
}

/** Where lines go. `write` throws what the system says. */
interface Sink {
  write(text: string): void;
  reopen(): void;
  close(): void;
}

/** Opens `audit.file` for appending, or standard output. @throws OpsError `state_unwritable` */
export async function openAuditLog({ config, metrics, log, clock }: AuditInput): Promise<AuditLog> {
  const file = config.file === undefined ? undefined : new AuditFile({ ...config, path: config.file }, clock, log);
  const sink: Sink = file ?? (await standardOutput(log));
  let failing = false;
  const write = (line: AuditLine | RecoveredLine) => {
    try {
      sink.write(`${JSON.stringify(line)}\n`);
      failing = false;
    } catch (thrown) {
      metrics.add(auditWriteFailures, {});
      if (!failing) log.error({ reason: reasonOf(thrown) }, 'audit line not written (told once until it works again)');
      failing = true;
    }
  };
  if (file?.unclean) {
    const time = new Date(clock.now()).toISOString();
    write({ type: 'recovered', time, last_record_time: file.unclean.lastRecordTime });
    log.warn(file.unclean, 'the gateway before this one ended without closing its audit log');
  }
  return { write, reopen: () => sink.reopen(), close: () => sink.close() };
}

const standardOutputDescriptor = 1;

async function standardOutput(log: Log): Promise<Sink> {
  if (await isTruncatable(standardOutputDescriptor)) {
    log.warn('standard output is a file that is not opened for appending; use >> so that log rotation is safe');
  }
  return { write: (text) => writeAll(standardOutputDescriptor, text), reopen: () => {}, close: () => {} };
}

/** `O_APPEND` in the flags of an open file. */
const appendFlag = 0o2000;

async function isTruncatable(descriptor: number): Promise<boolean> {
  if (!fstatSync(descriptor).isFile()) return false;
  const info = await readFile(`/proc/self/fdinfo/${descriptor}`, 'utf8').catch(() => '');
  const flags = Number.parseInt(/^flags:\s*(\d+)/m.exec(info)?.[1] ?? '0', 8);
  return info !== '' && (flags & appendFlag) === 0;
}
