import { type AuditLine, parseAuditLine } from '../audit-line.ts';
import type { Language, Text } from '../text.ts';
import type { Diagnosis, EvidenceLine, SourceReport, Step, StepState, Verdict } from './diagnosis.ts';

export interface RenderOptions {
  readonly language: Language;
  /** Escape codes for a terminal. */
  readonly colours: boolean;
  /** Also the sources that were read and what every other finding means. */
  readonly explain?: boolean;
  /** Characters per line; Chinese characters count twice. */
  readonly width?: number;
}

const marks: Readonly<Record<StepState, string>> = { healthy: '✓', fault: '✗', unknown: '?', skipped: '–' };
const colourOf: Readonly<Record<StepState, number>> = { healthy: 32, fault: 31, unknown: 33, skipped: 90 };

const words = {
  cause: { en: 'Cause', zh: '原因' },
  fix: { en: 'Fix', zh: '处理' },
  confirm: { en: 'Confirm with', zh: '确认' },
  also: { en: 'Also seen', zh: '另外发现' },
  sources: { en: 'Read', zh: '已读取' },
  line: { en: 'line', zh: '行' },
  box: { en: 'box', zh: '第' },
  lines: { en: 'lines', zh: '行' },
} as const satisfies Record<string, Text>;

/** The five boxes, the cause, the fix: what a person on call reads, in 80 columns. Ends with a newline. */
export function renderDiagnosis(diagnosis: Diagnosis, options: RenderOptions): string {
  const { language } = options;
  const parts = [
    ...diagnosis.steps.flatMap((step) => renderStep(step, options)),
    '',
    ...renderVerdict(diagnosis.verdict, options),
    ...renderAlso(diagnosis.also, options),
    ...(options.explain
      ? ['', words.sources[language], ...diagnosis.sources.map((source) => renderSource(source))]
      : []),
    '',
    `${diagnosis.window.from} – ${diagnosis.window.to} · ${Math.round(diagnosis.took_ms)} ms`,
  ];
  return `${parts.join('\n')}\n`;
}

/** One verdict with its lines, for `ops diagnose`. */
export function renderVerdict(verdict: Verdict, options: RenderOptions): string[] {
  const { language } = options;
  const step = verdict.step === 0 ? '' : ` · ${box(verdict.step, language)}`;
  const head = `${words.cause[language]}: ${verdict.title[language]}  [${verdict.cause}${step}]`;
  return [
    ...wrap(head, '', widthOf(options)).map((row) => paint(row, 1, options)),
    ...wrap(verdict.explanation[language], '  ', widthOf(options)),
    ...verdict.evidence.flatMap((line) => renderEvidence(line, options)),
    ...list(words.fix[language], verdict.fix, options),
    ...list(words.confirm[language], verdict.confirm, options),
  ];
}

/** The other findings, one line each, or explained. */
export function renderAlso(also: readonly Verdict[], options: RenderOptions): string[] {
  if (also.length === 0) return [];
  const { language } = options;
  const each = also.flatMap((verdict) =>
    options.explain ? renderVerdict(verdict, options) : [`  ${verdict.title[language]} [${verdict.cause}]`],
  );
  return ['', `${words.also[language]}:`, ...each];
}

function renderStep(step: Step, options: RenderOptions): string[] {
  const { language } = options;
  const head = `${marks[step.state]} ${step.step} ${step.question[language]}`;
  const quoted = step.state === 'fault' || options.explain ? step.evidence : [];
  return [
    paint(head, colourOf[step.state], options),
    ...wrap(step.answer[language], '    ', widthOf(options)),
    ...quoted.slice(0, 3).flatMap((line) => renderEvidence(line, options)),
  ];
}

function renderEvidence({ source, line, text }: EvidenceLine, options: RenderOptions): string[] {
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
  const { request_id, status, error, ttft, queue_time, decode_time, response_time } = audit;
  const times = Object.entries({ ttft, queue: queue_time, decode: decode_time, total: response_time })
    .filter(([, seconds]) => typeof seconds === 'number')
    .map(([name, seconds]) => `${name} ${Number(seconds).toFixed(1)} s`);
  return [request_id, status ?? audit.type, error, ...times].filter(Boolean).join(' · ');
}

function renderSource({ kind, path, lines, state, asked, note }: SourceReport): string {
  const query = asked ? `\n    ${asked}` : '';
  return `  ${kind.padEnd(14)} ${state.padEnd(10)} ${lines} ${path}${note ? ` (${note})` : ''}${query}`;
}

function list(title: string, commands: readonly string[], options: RenderOptions): string[] {
  return commands.length === 0 ? [] : [paint(`${title}:`, 1, options), ...commands.map((command) => `  ${command}`)];
}

function box(step: number, language: Language): string {
  return language === 'zh' ? `第 ${step} 步` : `box ${step}`;
}

const widthOf = ({ width = 80 }: RenderOptions) => Math.max(40, width);

function paint(text: string, code: number, { colours }: RenderOptions): string {
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

function wrap(text: string, indent: string, width: number): string[] {
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
