import type { Dispatcher } from 'undici';
import type { Clock } from '../../src/clock.ts';
import type { GatewayConfig } from '../config.ts';
import { LineSplitter } from '../translate/ndjson.ts';
import type { Backend } from './backends.ts';
import { fromNetwork, fromStatus, UpstreamFailure } from './failure.ts';
import type { Progress } from './progress.ts';
import { Watchdog } from './watchdog.ts';

export type Timeouts = GatewayConfig['timeouts'];

/** What every line of Ollama's answers may hold. */
interface UpstreamRecord {
  readonly error?: string;
}

export interface TraceHeaders {
  readonly traceparent: string | undefined;
  readonly tracestate: string | undefined;
}

export interface AttemptInput<Item> {
  readonly backend: Backend;
  /** Such as `/api/chat`. */
  readonly path: string;
  readonly body: { readonly model: string };
  readonly timeouts: Timeouts;
  readonly clock: Clock;
  readonly progress: Pick<Progress, 'phase'>;
  /** The caller left, or the gateway ends the request. */
  readonly signal: AbortSignal;
  /** W3C trace context of this request; a load belongs to no request. */
  readonly trace?: TraceHeaders;
  /** Told of the records of one read at once. While the promise that it may return is pending, reading pauses. */
  onRecords(records: readonly Item[]): Promise<void> | undefined;
}

/** Bytes of an error body that are read; Ollama's are short. */
const errorBodyLimit = 65_536;

/**
 * Sends one request to a backend and hands over the lines of its answer. undici's handler is used without a stream on
 * top: a stream costs as much per token as everything else here.
 *
 * @throws UpstreamFailure, or the signal's reason when it aborts. Either way nothing is left running at the backend.
 */
export function attempt<Item extends UpstreamRecord>(input: AttemptInput<Item>): Promise<void> {
  return new Promise((resolve, reject) => {
    const handler = new AttemptHandler(input, resolve, reject);
    const { backend, path, body, trace } = input;
    backend.pool.dispatch(
      {
        method: 'POST',
        path: backend.prefix + path,
        headers: headersOf(trace),
        body: JSON.stringify(body),
        headersTimeout: 0,
        bodyTimeout: 0,
      },
      handler,
    );
  });
}

function headersOf(trace: TraceHeaders | undefined): Record<string, string> {
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (trace?.traceparent !== undefined) headers['traceparent'] = trace.traceparent;
  if (trace?.tracestate !== undefined) headers['tracestate'] = trace.tracestate;
  return headers;
}

class AttemptHandler<Item extends UpstreamRecord> implements Dispatcher.DispatchHandler {
  readonly #input: AttemptInput<Item>;
  readonly #resolve: () => void;
  readonly #reject: (reason: unknown) => void;
  readonly #splitter = new LineSplitter();
  readonly #watchdog: Watchdog;
  readonly #onAbort = () => this.#fail(this.#input.signal.reason);
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #errorBody = '';
  #settled = false;
  #failure: unknown;

  constructor(input: AttemptInput<Item>, resolve: () => void, reject: (reason: unknown) => void) {
    this.#input = input;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#watchdog = new Watchdog({
      endpoint: input.backend,
      model: input.body.model,
      timeouts: input.timeouts,
      clock: input.clock,
      cut: (failure) => this.#fail(failure),
      onAlive: (resident) => input.progress.phase(resident ? 'prefill' : 'load'),
    });
    if (input.signal.aborted) {
      this.#onAbort();
    } else {
      input.signal.addEventListener('abort', this.#onAbort, { once: true });
      this.#watchdog.start();
    }
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#settled) this.#abort(this.#failure);
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number): void {
    this.#status = status;
    this.#watchdog.heard();
  }

  onResponseData(_controller: Dispatcher.DispatchController, bytes: Buffer): void {
    if (this.#settled) return;
    this.#watchdog.heard();
    if (this.#status !== 200) {
      if (this.#errorBody.length < errorBodyLimit) this.#errorBody += bytes.toString();
      return;
    }
    this.#deliver(() => this.#splitter.push(bytes));
  }

  onResponseEnd(): void {
    if (this.#settled) return;
    if (this.#status === 200) this.#deliver(() => this.#splitter.end());
    else this.#fail(fromStatus(this.#status, this.#errorBody));
    if (this.#settled) return;
    this.#settle();
    this.#resolve();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#fail(fromNetwork(error));
  }

  /** Hands over what came before a broken line, and then fails with it. */
  #deliver(read: () => string[]): void {
    const records: Item[] = [];
    let broken: unknown;
    try {
      for (const line of read()) records.push(parseRecord<Item>(line));
    } catch (thrown) {
      broken = fromNetwork(thrown);
    }
    try {
      if (records.length > 0) this.#wait(this.#input.onRecords(records));
    } catch (thrown) {
      broken = thrown;
    }
    if (broken !== undefined) this.#fail(broken);
  }

  /** Stops reading while the caller reads more slowly than the model speaks. */
  #wait(slow: Promise<void> | undefined): void {
    if (slow === undefined) return;
    this.#controller?.pause();
    this.#watchdog.pause();
    slow.then(
      () => {
        if (this.#settled) return;
        this.#watchdog.heard();
        this.#controller?.resume();
      },
      (thrown) => this.#fail(thrown),
    );
  }

  #fail(thrown: unknown): void {
    if (this.#settled) return;
    this.#failure = thrown;
    this.#settle();
    this.#abort(thrown);
    this.#reject(thrown);
  }

  #abort(thrown: unknown): void {
    this.#controller?.abort(thrown instanceof Error ? thrown : new Error('aborted'));
  }

  #settle(): void {
    this.#settled = true;
    this.#watchdog.stop();
    this.#input.signal.removeEventListener('abort', this.#onAbort);
  }
}

function parseRecord<Item extends UpstreamRecord>(line: string): Item {
  let record: Item | null;
  try {
    record = JSON.parse(line) as Item | null;
  } catch (cause) {
    throw new UpstreamFailure('malformed', 'a line of the answer is not JSON', { cause });
  }
  if (typeof record !== 'object' || record === null) {
    throw new UpstreamFailure('malformed', 'a line of the answer is not a JSON object');
  }
  if (record.error === undefined) return record;
  throw new UpstreamFailure('error_record', String(record.error));
}
