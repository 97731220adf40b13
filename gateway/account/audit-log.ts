import { fstatSync, readFileSync, readlinkSync } from 'node:fs';
import type { AuditLine, RecoveredLine } from '../../src/audit-line.ts';
import { auditWriteFailures } from '../../src/catalogue/gateway.ts';
import type { Clock } from '../../src/clock.ts';
import { reasonOf } from '../../src/errors.ts';
import type { Log } from '../../src/telemetry/log.ts';
import type { Metrics } from '../../src/telemetry/registry.ts';
import type { GatewayConfig } from '../config.ts';
import { AppendFile, openAppending } from './append-file.ts';
import { type Markers, placeMarker, recoveredLines } from './recovery.ts';
import { RotatingFile } from './rotating-file.ts';

export interface AuditLog {
  /** Writes one line before it returns, so that it survives the process. Never throws: a full disk is counted. */
  write(line: AuditLine | RecoveredLine): void;
  /** Opens the file anew, after an external logrotate moved it. */
  reopen(): void;
  close(): void;
}

export interface AuditLogInput {
  readonly config: GatewayConfig['audit'];
  readonly metrics: Metrics;
  readonly log: Log;
  readonly clock: Clock;
}

interface Destination extends Pick<AppendFile, 'append' | 'close'> {
  reopen(): void;
}

/** `O_APPEND` in the flags of an open file. */
const appendFlag = 0o2000;

const standardOutput = 1;

/**
 * Opens `audit.file` for appending, or standard output. After an unclean end its first lines say so.
 *
 * @throws OpsError `state_unwritable`
 */
export async function openAuditLog({ config, metrics, log, clock }: AuditLogInput): Promise<AuditLog> {
  const path = config.file ?? standardOutputFile(log);
  const destination = config.file === undefined ? onStandardOutput() : openFile(config.file, config, log, clock);
  const markers = path === undefined ? undefined : tryPlaceMarker(path, log);
  let failing = false;
  let closed = false;
  const audit: AuditLog = {
    write(line) {
      try {
        if (closed) throw new Error('the audit log is closed');
        destination.append(JSON.stringify(line));
        failing = false;
      } catch (thrown) {
        metrics.add(auditWriteFailures, {});
        if (!failing)
          log.error({ reason: reasonOf(thrown) }, 'audit line not written (told once until it works again)');
        failing = true;
      }
    },
    reopen: () => destination.reopen(),
    close() {
      if (closed) return;
      closed = true;
      destination.close();
      markers?.remove();
    },
  };
  if (markers?.unclean && path !== undefined) await tellUncleanEnd(path, markers, audit, log, clock);
  return audit;
}

function openFile(file: string, config: AuditLogInput['config'], log: Log, clock: Clock): Destination {
  const opened = openAppending(file);
  if (fstatSync(opened.descriptor).isFile()) return new RotatingFile({ file, opened, config, log, clock });
  return { append: (line) => opened.append(line), reopen() {}, close: () => opened.close() };
}

function onStandardOutput(): Destination {
  const opened = new AppendFile(standardOutput, false);
  return { append: (line) => opened.append(line), reopen() {}, close() {} };
}

/** The file behind standard output, which the shell opened; undefined for a pipe or a terminal. */
function standardOutputFile(log: Log): string | undefined {
  if (!fstatSync(standardOutput).isFile()) return undefined;
  try {
    const info = readFileSync(`/proc/self/fdinfo/${standardOutput}`, 'utf8');
    const flags = Number.parseInt(/^flags:\s*(\d+)/m.exec(info)?.[1] ?? '0', 8);
    if ((flags & appendFlag) === 0) {
      log.warn('standard output is a file that is not opened for appending; use >> so that log rotation is safe');
    }
    return readlinkSync(`/proc/self/fd/${standardOutput}`);
  } catch {
    return undefined;
  }
}

function tryPlaceMarker(path: string, log: Log): Markers | undefined {
  try {
    return placeMarker(path);
  } catch (thrown) {
    log.info({ reason: reasonOf(thrown) }, 'no marker beside the audit log: an unclean end will not be told');
    return undefined;
  }
}

async function tellUncleanEnd(path: string, markers: Markers, audit: AuditLog, log: Log, clock: Clock): Promise<void> {
  try {
    const lines = await recoveredLines(path, clock.now(), markers.shared);
    log.warn({ requests: lines.length - 1 }, 'the last gateway was killed; requests that were open then are marked');
    for (const line of lines) audit.write(line);
  } catch (thrown) {
    log.warn({ reason: reasonOf(thrown) }, 'the audit log of the last gateway cannot be read');
  }
}
