import type { LogRecord, RecordKind } from '../logs/record.ts';
import type { Text } from '../text.ts';
import type { StepNumber } from './diagnosis.ts';

/**
 * How much a finding says about a chat that is stuck. `root` explains it; `symptom` is what a root looks like from
 * elsewhere; `minor` is wrong but does not stop a chat; `noise` only looks alarming.
 */
export const weights = ['root', 'symptom', 'minor', 'noise'] as const;

type Weight = (typeof weights)[number];

/** One cause, the default export of a file in causes/; its code is the file's name. */
export interface Cause {
  readonly step: 0 | StepNumber;
  /** The flowchart has no box for it: `step` is the one that it is nearest to. */
  readonly nearest?: true;
  readonly weight: Weight;
  readonly title: Text;
  /** What it means, for a person who does not know GPUs. */
  readonly explanation: Text;
  /** The logs and probes it is looked for in. */
  readonly reads: readonly RecordKind[];
  /** The records that show it, the most telling first; none when it is not the case. */
  match(records: readonly LogRecord[]): readonly LogRecord[];
  /** The records that hint at it in a pasted text, where nothing else says more; a healthy server may write them too. */
  hint?(records: readonly LogRecord[]): readonly LogRecord[];
  /** Causes that are only echoes when this one is found. */
  readonly beats?: readonly string[];
  /** Commands, or one plain sentence where no command exists. */
  readonly fix: readonly string[];
  /** Commands that would prove it. */
  readonly confirm: readonly string[];
  /** A real line that shows it; the contract test runs it. */
  readonly example: { readonly kind: RecordKind; readonly text: string };
}

/**
 * Matches every record in which a program says something that fits a pattern, and none of the exceptions. Requests, which
 * hold what a caller sent, say nothing themselves.
 */
export function lines(pattern: RegExp, except?: RegExp): Cause['match'] {
  return (records) => records.filter((record) => says(record, pattern) && !(except && says(record, except)));
}

/**
 * Source of a pattern for NVIDIA's kernel messages of these numbers, which dcgm-exporter and Kubernetes' device plugin
 * repeat. SXid, of the NVSwitch, counts from elsewhere.
 */
export const xid = (...numbers: readonly number[]) =>
  String.raw`(?:(?<!S)Xid \([^)]{0,60}\):? |^DCGM_FI_DEV_XID_ERRORS\{[^}]{0,600}\} |XidCriticalError: Xid=)(?:${numbers.join('|')})\b`;

/** Whether a program says something that fits a pattern. */
export function says({ message, access, gin, audit }: LogRecord, pattern: RegExp): boolean {
  return access === undefined && gin === undefined && audit === undefined && pattern.test(message);
}

/**
 * The requests for which nginx wrote an error page itself: its own pages have 150 to 175 bytes, or are padded beyond 512 for
 * some browsers; those of Traefik and Caddy count too. Any other size is an answer of the gateway, and by chance one of
 * those sizes: none is taken for nginx's where the gateway's log has that status.
 */
export function nginxPages(records: readonly LogRecord[], status: number): LogRecord[] {
  if (records.some(({ audit }) => audit?.status === status)) return [];
  const pagesOf = (one: number) =>
    records.filter(
      ({ access }) => access?.status === one && (isPageSize(access.bytes ?? 0) || access.bytes === bareNames[one]),
    );
  const pages = pagesOf(status);
  const rarer = brokenWay.includes(status) && brokenWay.some((other) => pagesOf(other).length > pages.length);
  return rarer ? [] : pages;
}

/** Of these the more frequent page says how the way to the upstream is broken. */
const brokenWay: readonly number[] = [502, 504];

const isPageSize = (bytes: number) => (bytes >= 150 && bytes <= 175) || (bytes > 512 && bytes < 600);

/** Proxies in Go write the name of the status and nothing else. */
const bareNames: Readonly<Record<number, number>> = { 429: 17, 502: 11, 504: 15 };

/** Chat and generation routes of Ollama and of the gateway, with and without `/v1`. */
export const generation = /^\/(?:api\/(?:chat|generate|embed)|(?:v1\/)?(?:chat\/)?completions|(?:v1\/)?embeddings)/;
