import { type AuditLine, parseAuditLine } from '../audit-line.ts';
import type { Language } from '../text.ts';
import type { EvidenceLine } from './diagnosis.ts';

export interface RenderOptions {
  readonly language: Language;
  /** Escape codes for a terminal. */
  readonly colours: boolean;
  /** Also the sources that were read and what every other finding means. */
  readonly explain?: boolean;
  /** Characters per line; Chinese characters count twice. */
  readonly width?: number;
}

/** A line with the place where it stands. */
export function renderEvidence({ source, line, text }: EvidenceLine, options: RenderOptions): string[] {
  const place = line === null ? source : `${source}:${line}`;
  const inner = widthOf(options) - 6;
  const short = place.length > inner ? `…${place.slice(1 - inner)}` : place;
  return [paint(`    ${short}`, 90, options), `      ${cut(telling(text), inner)}`];
}

/** A line without what its place already says: time, level and source of slog. */
function telling(text: string): string {
  const audit = parseAuditLine(text);
  if (audit) return auditSummary(audit);
  return text.replaceAll('\n', ' ').replace(/^(?:.*?\b)?time=\S+ level=(\S+) source=\S+ /, '$1 ');
}

/** The times that decide box 3, instead of a line of JSON. */
function auditSummary(audit: AuditLine): string {
  const { request_id, status, error, upstream_failure, ttft, queue_time, decode_time, response_time } = audit;
  const times = Object.entries({ ttft, queue: queue_time, decode: decode_time, total: response_time })
    .filter(([, seconds]) => typeof seconds === 'number')
    .map(([name, seconds]) => `${name} ${Number(seconds).toFixed(1)} s`);
  return [request_id, status ?? audit.type, upstream_failure ?? error, ...times].filter(Boolean).join(' · ');
}

export const widthOf = ({ width = 80 }: RenderOptions) => Math.max(40, width);

export function paint(text: string, code: number, { colours }: RenderOptions): string {
  return colours ? `\u001b[${code}m${text}\u001b[0m` : text;
}

/** Columns of a character on a terminal: East Asian wide ones take two. */
function columns(character: string): number {
  return /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/.test(character)
    ? 2
    : 1;
}

function cut(text: string, width: number): string {
  let used = 0;
  let kept = '';
  for (const character of text) {
    used += columns(character);
    if (used > width - 1 && kept.length < text.length - 1) return `${kept}…`;
    kept += character;
  }
  return kept;
}

/** Rows of a text, broken between words; Chinese anywhere. */
export function wrap(text: string, indent: string, width: number): string[] {
  const rows: string[] = [];
  let row = '';
  let used = 0;
  for (const piece of text.match(/[\u2e80-\uffef]|[^\s\u2e80-\uffef]+\s*|\s+/g) ?? []) {
    const size = [...piece.trimEnd()].reduce((sum, character) => sum + columns(character), 0);
    if (used > 0 && used + size > width - indent.length) {
      rows.push(indent + row.trimEnd());
      row = '';
      used = 0;
    }
    row += piece;
    used += size + (piece.length - piece.trimEnd().length);
  }
  return row.trim() === '' ? rows : [...rows, indent + row.trimEnd()];
}
