import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../../../src/clock.ts';
import type { Account } from '../../account/account.ts';
import type { RequestRecord } from '../../account/request-record.ts';
import type { Admission } from '../../admission/admit.ts';
import type { Admitted, Inbound } from '../../admission/admitted.ts';
import type { GatewayConfig } from '../../config.ts';
import type { ErrorShape } from '../../translate/error-reply.ts';
import type { Upstream } from '../../upstream/upstream.ts';

/** The stages that a request passes, wired once by main.ts. */
export interface Stages {
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
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** Aborts when the caller leaves or the gateway ends; its reason is then the error for the caller. */
  readonly signal: AbortSignal;
  readonly errorShape: ErrorShape;
}

interface RouteBase {
  readonly method: 'GET' | 'POST';
  /** Without `/v1`. */
  readonly path: string;
}

/** Asked by load balancers and checks: no key, no limit, no audit line, no prefix. */
export interface OpenRoute extends RouteBase {
  readonly open: true;
  handle(reply: FastifyReply, stages: Stages): Promise<void>;
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
