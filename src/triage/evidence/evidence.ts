import type { LogRecord, RecordKind } from '../../logs/record.ts';
import type { Window } from '../../logs/window.ts';
import type { SourceReport } from '../diagnosis.ts';

/** What one source gave. */
export interface Collected {
  readonly report: SourceReport;
  /** Everything that was read, inside the window or not. */
  readonly records: readonly LogRecord[];
}

/** All that triage knows. */
export interface Evidence {
  /** Records of the window, of the wanted request or user where they can be told apart. */
  readonly records: readonly LogRecord[];
  /** Records around the window too: they show which way chats go. */
  readonly around: readonly LogRecord[];
  readonly sources: readonly SourceReport[];
  readonly window: Window;
  readonly now: number;
  /** Whether only one request or user was asked for. */
  readonly filtered: boolean;
}

/** A record that a probe made. */
export function fact(kind: RecordKind, source: string, text: string, at: number): LogRecord {
  return { kind, source, line: null, text, message: text, at };
}

/** Whether a source was there to be read, even if it had nothing to say. */
export function wasRead({ sources }: Evidence, kind: string): boolean {
  return sources.some((source) => source.kind === kind && (source.state === 'read' || source.state === 'empty'));
}
