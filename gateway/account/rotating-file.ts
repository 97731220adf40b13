import { fstatSync } from 'node:fs';
import type { Cancel, Clock } from '../../src/clock.ts';
import { reasonOf } from '../../src/errors.ts';
import { localDay } from '../../src/rotated-log.ts';
import type { Log } from '../../src/telemetry/log.ts';
import type { GatewayConfig } from '../config.ts';
import { type AppendFile, openAppending } from './append-file.ts';
import { tidyRotatedFiles } from './rotated-files.ts';
import { moveAside, untilMidnight } from './rotation.ts';

/** After this another process that writes to the same file has rotated too, and the moved one may be compressed. */
const tidyAfterMs = 60_000;

const dayMs = 86_400_000;

export interface RotatingFileInput {
  readonly file: string;
  readonly opened: AppendFile;
  readonly config: GatewayConfig['audit'];
  readonly log: Log;
  readonly clock: Clock;
}

/** A log of which each local day has its own file: the current one keeps its name, older ones are FILE-2026-11-25. */
export class RotatingFile {
  readonly #input: RotatingFileInput;
  #opened: AppendFile;
  /** Day of the lines in the open file. */
  #day: string;
  /** Wall time in milliseconds from which the open file is of an earlier day. */
  #dueAt = Number.POSITIVE_INFINITY;
  #failing = false;
  #cancelRotation: Cancel = () => {};
  #cancelTidying: Cancel = () => {};

  constructor(input: RotatingFileInput) {
    this.#input = input;
    this.#opened = input.opened;
    const now = input.clock.now();
    const { size, mtimeMs } = fstatSync(input.opened.descriptor);
    this.#day = localDay(size > 0 ? Math.min(mtimeMs, now) : now);
    if (input.config.rotate === 'off') return;
    this.#dueAt = this.#day === localDay(now) ? now + untilMidnight(now) : now;
    this.#rotateIfDue();
    this.#schedule();
    this.#tidyLater(0);
  }

  /** @throws the error of the system, such as ENOSPC */
  append(line: string): void {
    this.#rotateIfDue();
    this.#opened.append(line);
  }

  /** Opens the file of this name, whichever it now is; the open one stays in use if that fails. */
  reopen(): void {
    try {
      const opened = openAppending(this.#input.file);
      this.#opened.close();
      this.#opened = opened;
    } catch (thrown) {
      this.#input.log.error(
        { reason: reasonOf(thrown) },
        'audit file cannot be opened anew, the open one stays in use',
      );
    }
  }

  close(): void {
    this.#cancelRotation();
    this.#cancelTidying();
    this.#opened.close();
  }

  #rotateIfDue(): void {
    const now = this.#input.clock.now();
    if (now < this.#dueAt) return;
    try {
      const own = fstatSync(this.#opened.descriptor);
      if (own.size > 0 && !moveAside(this.#input.file, own, this.#day)) return;
      if (own.size > 0) this.reopen();
      this.#failing = false;
      this.#tidyLater(tidyAfterMs);
    } catch (thrown) {
      const { log } = this.#input;
      if (!this.#failing) log.error({ reason: reasonOf(thrown) }, 'audit file cannot be rotated, it goes on growing');
      this.#failing = true;
    }
    this.#day = localDay(now);
    this.#dueAt = now + untilMidnight(now);
  }

  /** A log without requests is rotated too, so that yesterday's file is there in the morning. */
  #schedule(): void {
    const { clock } = this.#input;
    const rotate = () => {
      this.#rotateIfDue();
      this.#schedule();
    };
    this.#cancelRotation = clock.after(untilMidnight(clock.now()) + 1, rotate, { keepAlive: false });
  }

  #tidyLater(ms: number): void {
    const { file, config, log, clock } = this.#input;
    const tidy = () => {
      const oldest = localDay(clock.now() - config.keep * dayMs);
      tidyRotatedFiles({ file, oldest, gzip: config.gzip }).catch((thrown: unknown) => {
        log.error({ reason: reasonOf(thrown) }, 'rotated audit files cannot be compressed or deleted');
      });
    };
    this.#cancelTidying();
    this.#cancelTidying = clock.after(ms, tidy, { keepAlive: false });
  }
}
