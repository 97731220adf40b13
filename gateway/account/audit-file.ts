import { closeSync, existsSync, fstatSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import { parseAuditLine } from '../../src/audit-line.ts';
import type { Clock } from '../../src/clock.ts';
import { OpsError, reasonOf } from '../../src/errors.ts';
import type { Log } from '../../src/telemetry/log.ts';
import type { GatewayConfig } from '../config.ts';
import { dayOf, nextDay, tidyRotated } from './rotation.ts';
import { RunMarker } from './run-marker.ts';
import { writeAll } from './write-all.ts';

export type AuditFileConfig = Omit<GatewayConfig['audit'], 'file' | 'user_header'> & { readonly path: string };

/** Bytes at the end of the file in which the last record is looked for. */
const tailBytes = 65_536;

/**
 * The audit log as a file of its own: appended to, moved aside when the day ends (`audit.log-2026-11-25`), reopened on
 * request. Two gateways may share it: each append is one write, and who finds the file moved opens the new one.
 */
export class AuditFile {
  /** The end before this one was no orderly one: time of the last record that was left. */
  readonly unclean: { readonly lastRecordTime: string | null } | undefined;
  readonly #config: AuditFileConfig;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #marker: RunMarker;
  #descriptor: number;
  /** Wall time at which the file's day ends. */
  #endsAt = 0;
  #day = '';
  /** A piece of a line stands at the end of the file: a full disk or a crash cut it. */
  #broken: boolean;

  /** @throws OpsError `state_unwritable` */
  constructor(config: AuditFileConfig, clock: Clock, log: Log) {
    this.#config = config;
    this.#clock = clock;
    this.#log = log;
    this.#descriptor = openAppending(config.path);
    const tail = readTail(this.#descriptor, config.path);
    this.#broken = tail !== '' && !tail.endsWith('\n');
    this.#marker = new RunMarker(`${config.path}.running`);
    if (this.#marker.wasLeft) this.unclean = { lastRecordTime: lastTime(tail) };
    this.#beginDay(tail === '' ? clock.now() : statSync(config.path).mtimeMs);
    void this.#tidy();
  }

  /** Appends a line. @throws what the system says */
  write(line: string): void {
    if (this.#config.rotate === 'daily' && this.#clock.now() >= this.#endsAt) this.#rotate();
    try {
      writeAll(this.#descriptor, this.#broken ? `\n${line}` : line);
      this.#broken = false;
    } catch (thrown) {
      this.#broken = true;
      throw thrown;
    }
  }

  reopen(): void {
    const descriptor = openAppending(this.#config.path);
    closeSync(this.#descriptor);
    this.#descriptor = descriptor;
    this.#broken = false;
  }

  close(): void {
    closeSync(this.#descriptor);
    this.#marker.remove();
  }

  /** Moves the file of the day aside. If that fails, the lines go on into it. */
  #rotate(): void {
    const { path } = this.#config;
    try {
      if (isSameFile(this.#descriptor, path)) renameSync(path, freeName(`${path}-${this.#day}`));
      this.reopen();
      void this.#tidy();
    } catch (thrown) {
      this.#log.error({ reason: reasonOf(thrown) }, 'the audit log could not be rotated');
    }
    this.#beginDay(this.#clock.now());
  }

  #beginDay(at: number): void {
    this.#day = dayOf(at);
    this.#endsAt = nextDay(at);
  }

  async #tidy(): Promise<void> {
    const { path, keep, gzip, rotate } = this.#config;
    if (rotate === 'off') return;
    try {
      await tidyRotated(path, { keepDays: keep, gzip, now: this.#clock.now() });
    } catch (thrown) {
      this.#log.error({ reason: reasonOf(thrown) }, 'old audit logs could not be compressed or removed');
    }
  }
}

function openAppending(path: string): number {
  try {
    return openSync(path, 'a+', 0o640);
  } catch (cause) {
    throw new OpsError('state_unwritable', { path, reason: reasonOf(cause), option: 'gateway.audit.file' }, { cause });
  }
}

function readTail(descriptor: number, path: string): string {
  const { size } = fstatSync(descriptor);
  if (!statSync(path).isFile()) return '';
  const bytes = Buffer.alloc(Math.min(size, tailBytes));
  readSync(descriptor, bytes, 0, bytes.length, size - bytes.length);
  return bytes.toString();
}

function lastTime(tail: string): string | null {
  const lines = tail.split('\n').map(parseAuditLine);
  return lines.findLast((line) => line !== undefined)?.time ?? null;
}

/** Whether the path still leads to the open file: another process may have moved it aside. */
function isSameFile(descriptor: number, path: string): boolean {
  const [open, named] = [fstatSync(descriptor), statSync(path, { throwIfNoEntry: false })];
  return named?.ino === open.ino && named.dev === open.dev && open.isFile();
}

/** The name, or the name with the first number that is free. */
function freeName(name: string): string {
  const isTaken = (candidate: string) => existsSync(candidate) || existsSync(`${candidate}.gz`);
  if (!isTaken(name)) return name;
  for (let count = 1; ; count += 1) if (!isTaken(`${name}.${count}`)) return `${name}.${count}`;
}
