import type { OpsError } from '../../src/errors.ts';

/** A request as it arrived, before anybody trusted it. */
export interface Inbound {
  readonly requestId: string;
  readonly clientRequestId: string | null;
  /** W3C trace context of the caller. */
  readonly traceparent: string | undefined;
  readonly method: string;
  readonly path: string;
  /** The client behind the trusted proxies; the TCP peer where there is none. */
  readonly clientIp: string;
  /** Whether a trusted proxy forwarded it: then the proxy's own read timeout is running. */
  readonly proxied: boolean;
  /** Value of the configured user header; anybody can send it. */
  readonly userId: string | null;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** A request whose caller may use the gateway. */
export interface Admitted {
  /** Id of the key in use; null where `auth.enabled` is false. */
  readonly keyId: string | null;
  /** Whom the limit and the queue count the request for; a digest where it would hold an unhashed key or an address. */
  readonly identity: string;
  /** A canary or triage probe: outside limits and the top 5. */
  readonly probe: boolean;
  /** Headers that tell the caller where it stands with its limit. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A request refused before any upstream work. */
export interface Rejection {
  readonly error: OpsError;
  readonly headers: Readonly<Record<string, string>>;
  /** Known even when the request is refused later, for its record. */
  readonly keyId: string | null;
}

export const isRejection = (result: Admitted | Rejection): result is Rejection => 'error' in result;
