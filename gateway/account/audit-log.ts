import { closeSync, fstatSync, openSync, writeSync } from 'node:fs';
import type { AuditLine } from '../../src/audit-line.ts';
import { auditWriteFailures } from '../../src/catalogue/gateway.ts';
import { OpsError, reasonOf } from '../../src/errors.ts';
import type { Log } from '../../src/telemetry/log.ts';
import type { Metrics } from '../../src/telemetry/registry.ts';

export interface AuditLog {
  /** Writes one line before it returns, so that it survives the process. Never throws: a full disk is counted. */
  write(line: AuditLine): void;
  close(): void;
}

/** `O_APPEND` in the flags of an open file. */
const appendFlag = 0o2000;

const standardOutput = 1;

/** Opens `audit.file` for appending, or standard output. @throws OpsError `state_unwritable` */
export async function openAuditLog(file: string | undefined, metrics: Metrics, log: Log): Promise<AuditLog> {
  const descriptor = file === undefined ? standardOutput : openAppending(file);
  if (file === undefined && (await isTruncatable(descriptor))) {
    log.warn('standard output is a file that is not opened for appending; use >> so that log rotation is safe');
  }
  let failing = false;
  return {
    write(line) {
      try {
        writeAll(descriptor, `${JSON.stringify(line)}\n`);
        failing = false;
      } catch (thrown) {
        metrics.add(auditWriteFailures, {});
        if (!failing)
          log.error({ reason: reasonOf(thrown) }, 'audit line not written (told once until it works again)');
        failing = true;
      }
    },
    close() {
      if (file !== undefined) closeSync(descriptor);
    },
  };
}

function openAppending(file: string): number {
  try {
    return openSync(file, 'a', 0o640);
  } catch (cause) {
    const values = { path: file, reason: reasonOf(cause), option: 'gateway.audit.file' };
    throw new OpsError('state_unwritable', values, { cause });
  }
}

/** A pipe may take a line in pieces, or be full for a moment. */
function writeAll(descriptor: number, text: string): void {
  const bytes = Buffer.from(text);
  let retries = 50;
  for (let offset = 0; offset < bytes.length; ) {
    try {
      offset += writeSync(descriptor, bytes, offset);
    } catch (thrown) {
      const full = thrown instanceof Error && 'code' in thrown && thrown.code === 'EAGAIN';
      if (!full || retries === 0) throw thrown;
      retries -= 1;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    }
  }
}

async function isTruncatable(descriptor: number): Promise<boolean> {
  const { readFile } = await import('node:fs/promises');
  if (!fstatSync(descriptor).isFile()) return false;
  const info = await readFile(`/proc/self/fdinfo/${descriptor}`, 'utf8').catch(() => '');
  const flags = Number.parseInt(/^flags:\s*(\d+)/m.exec(info)?.[1] ?? '0', 8);
  return info !== '' && (flags & appendFlag) === 0;
}
