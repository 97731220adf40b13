import type { AuditLine } from '../audit-line.ts';
import type { InFlight } from '../in-flight.ts';

/** Logs that a person can paste or point to. */
export const logKinds = [
  'ollama-log',
  'nginx-error',
  'nginx-access',
  'dmesg',
  'nvidia-smi',
  'certbot',
  'gateway-log',
] as const;

export type LogKind = (typeof logKinds)[number];

/** Whether records of a kind are lines of a log, not a probe's. */
export const isLog = (kind: RecordKind) => (logKinds as readonly RecordKind[]).includes(kind);

/** What a program or an address answered when triage asked it; read by the causes like lines of a log. */
const probeKinds = [
  'ollama-api',
  'gateway-api',
  'inflight',
  'sockets',
  'nginx-probe',
  'certificate',
  'absence',
  'incident',
] as const;

export type RecordKind = LogKind | (typeof probeKinds)[number];

/** One physical line before it is understood. */
export interface Line {
  readonly text: string;
  /** 1-based from the start of the file, null where it is not known. */
  readonly number: number | null;
  /** Wall time in milliseconds when the carrier knows it (journald). */
  readonly at?: number;
}

export interface Access {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly bytes: number;
  /** Seconds, where the log format has it. */
  readonly seconds?: number;
  readonly requestId?: string;
  readonly userAgent?: string;
  /** Address of the caller. */
  readonly client?: string;
  /** What a proxy that tells more than a status says of its end. */
  readonly ended?: 'refused' | 'unreachable' | 'timeout' | 'closed' | 'no-server' | 'client-left' | 'limited';
}

/** An entry of Ollama's own access log. */
export interface Gin {
  readonly status: number;
  readonly seconds: number;
  readonly method: string;
  readonly path: string;
}

/** Fields of an entry of nginx's error log; empty where it has none. */
export interface NginxError {
  readonly client: string;
  /** The request line, such as `POST /v1/chat/completions HTTP/1.1`. */
  readonly request: string;
  /** Address of the upstream, a URL. */
  readonly upstream: string;
}

/** One understood entry: a line, or several that belong together. */
export interface LogRecord {
  readonly kind: RecordKind;
  readonly source: string;
  readonly line: number | null;
  /** As it stands in the log. */
  readonly text: string;
  /** What the program says: without carriers such as journald, colours, and values that a user wrote. */
  readonly message: string;
  /** Wall time in milliseconds; for access entries the end of the request. */
  readonly at?: number;
  readonly access?: Access;
  readonly nginx?: NginxError;
  readonly gin?: Gin;
  readonly audit?: AuditLine;
  readonly inFlight?: InFlight;
}
