import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../src/clock.ts';
import type { OpsError } from '../src/errors.ts';
import type { Account } from './account/account.ts';
import type { RequestRecord } from './account/request-record.ts';
import type { Admission } from './admission/admit.ts';
import type { Admitted, Inbound } from './admission/admitted.ts';
import type { GatewayConfig } from './config.ts';
import type { ErrorShape } from './translate/error-reply.ts';
import type { Upstream } from './upstream/upstream.ts';

/** What the stages use of the HTTP framework's request. */
export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly socket: Socket;
  /** Bytes, not yet read as anything. */
  readonly body: unknown;
  readonly params: unknown;
}

/** What the stages use of the HTTP framework's reply. */
export interface HttpReply {
  readonly raw: ServerResponse;
  readonly statusCode: number;
  header(name: string, value: string): unknown;
  hasHeader(name: string): boolean;
  getHeaders(): Readonly<Record<string, number | string | string[] | undefined>>;
  code(status: number): { send(body: unknown): unknown };
  send(body: unknown): unknown;
  /** Leaves the response to the caller. */
  hijack(): unknown;
}

/** The stages that a request passes, wired once by main.ts. */
export interface Stages {
  /** In force now; a reload puts another one in its place. */
  readonly config: GatewayConfig;
  readonly clock: Clock;
  readonly admission: Admission;
  readonly upstream: Upstream;
  readonly account: Account;
  /** True once the gateway was told to end. */
  draining(): boolean;
}

/** One admitted request on its way through the stages. */
export interface Exchange {
  readonly inbound: Inbound;
  readonly admitted: Admitted;
  readonly record: RequestRecord;
  readonly request: HttpRequest;
  readonly reply: HttpReply;
  /** Aborts when the caller leaves or the gateway ends; its reason is then the error for the caller. */
  readonly signal: AbortSignal;
  readonly errorShape: ErrorShape;
  /** Ends the request with this error for its caller. */
  abort(error: OpsError): void;
  /**
   * Writes the audit line, before the last `bytes` of the answer are sent: whoever has seen an answer end finds its line,
   * even if the gateway is killed in that moment.
   */
  account(bytes: number): void;
}

interface RouteBase {
  readonly method: 'GET' | 'POST';
  /** Without `/v1`. */
  readonly path: string;
}

/** Asked by load balancers and checks: no key, no limit, no audit line. */
export interface OpenRoute extends RouteBase {
  readonly open: true;
  /** Also with `/v1`, for who asks through an Nginx that hands on nothing else. */
  readonly prefixed?: boolean;
  handle(reply: HttpReply, stages: Stages): Promise<void>;
}

/** Part of the API: served with and without `/v1`, because the article's Nginx strips the prefix. */
export interface ApiRoute extends RouteBase {
  readonly open: false;
  /** Generation routes count for the rate limit. */
  readonly generation: boolean;
  handle(exchange: Exchange, stages: Stages): Promise<void>;
}

/** The default export of a file in routes/. */
export type Route = OpenRoute | ApiRoute;
