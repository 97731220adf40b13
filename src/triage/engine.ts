import { isLog, type LogRecord } from '../logs/record.ts';
import { type Cause, weights } from './cause.ts';
import type { EvidenceLine, Verdict } from './diagnosis.ts';
import { hasFailed, looksOdd } from './odd.ts';

export interface NamedCause {
  readonly code: string;
  readonly cause: Cause;
}

/** A cause that was found, and the records that show it. */
export interface Finding extends NamedCause {
  readonly records: readonly LogRecord[];
}

/** Lines quoted per finding, and characters per line. */
const quotedLines = 5;
const quotedChars = 400;

/** Looks for every cause in what was read. */
export function findCauses(causes: readonly NamedCause[], records: readonly LogRecord[]): Finding[] {
  // Many causes read the same kinds, and an access log can have a hundred thousand lines.
  const readableBy = new Map<string, readonly LogRecord[]>();
  return causes.flatMap((one) => {
    const { reads } = one.cause;
    const kinds = reads.join();
    const readable = readableBy.get(kinds) ?? records.filter(({ kind }) => reads.includes(kind));
    readableBy.set(kinds, readable);
    return finding(one, readable.length === 0 ? [] : one.cause.match(readable));
  });
}

/**
 * Looks for every cause in a text that somebody pasted. Nobody knows which programs wrote it, so a cause that reads some log
 * reads all of it; where none is found, what only hints at one counts.
 */
export function findInText(causes: readonly NamedCause[], records: readonly LogRecord[]): Finding[] {
  const readers = causes.filter(({ cause }) => cause.reads.some(isLog));
  const found = readers.flatMap((one) => finding(one, one.cause.match(records)));
  return found.some(({ cause }) => cause.weight !== 'noise')
    ? found
    : [...found, ...readers.flatMap((one) => finding(one, one.cause.hint?.(records) ?? []))];
}

const finding = ({ code, cause }: NamedCause, shown: readonly LogRecord[]): Finding[] =>
  shown.length === 0 ? [] : [{ code, cause, records: shown }];

/**
 * Orders findings, the explanation first: a cause comes before its echoes (`beats`), a root before a symptom before
 * something minor, and among equals the box that the flowchart asks first, then what
 * stands first in the log. What explains a root is itself one.
 */
export function rank(findings: readonly Finding[]): Finding[] {
  const beaten = new Set(findings.flatMap(({ cause }) => cause.beats ?? []));
  const weigh = ({ cause }: Finding) =>
    Math.min(
      ...[cause, ...findings.filter(({ code }) => cause.beats?.includes(code)).map((echo) => echo.cause)].map(
        ({ weight }) => weights.indexOf(weight),
      ),
    );
  const order = (finding: Finding) => weigh(finding) * 20 + (beaten.has(finding.code) ? 10 : 0) + finding.cause.step;
  return findings.toSorted((a, b) => order(a) - order(b) || earlier(a, b));
}

/** Orders two findings of one log by the line that showed each first. */
function earlier(a: Finding, b: Finding): number {
  if (a.records[0]?.source !== b.records[0]?.source) return 0;
  return firstLine(a) - firstLine(b);
}

const firstLine = ({ records }: Finding) =>
  records.reduce((first, { line }) => Math.min(first, line ?? 0), Number.MAX_SAFE_INTEGER);

/** What a finding says, as it is printed and mailed. */
export function toVerdict({ code, cause, records }: Finding): Verdict {
  const { step, nearest, title, explanation, fix, confirm } = cause;
  return {
    cause: code,
    step,
    ...(nearest ? { nearest } : {}),
    title,
    explanation,
    evidence: distinct(records).slice(0, quotedLines).map(toEvidence),
    fix,
    confirm,
  };
}

/** Ollama writes some lines twice within a millisecond; one of them is enough. */
export function distinct(records: readonly LogRecord[]): LogRecord[] {
  const seen = new Set<string>();
  return records.filter(({ text }) => !seen.has(text) && seen.add(text));
}

/** The quotation of a record. */
export function toEvidence({ source, line, text }: LogRecord): EvidenceLine {
  const trimmed = text.trim();
  return { source, line, text: trimmed.length > quotedChars ? `${trimmed.slice(0, quotedChars)}…` : trimmed };
}

/** The verdict where no cause was found: `unknown` when something looks wrong, else `healthy`. */
export function withoutCause(records: readonly LogRecord[]): Verdict {
  const odd = records.filter((record) => hasFailed(record) || looksOdd(record));
  return odd.length === 0 ? healthy : unexplained(odd);
}

/** What went wrong in a way that no cause explains, in its newest lines. */
export function unexplained(records: readonly LogRecord[]): Verdict {
  return { ...unknown, evidence: records.slice(-quotedLines).map(toEvidence) };
}

export const healthy: Verdict = {
  cause: 'healthy',
  step: 0,
  title: { en: 'Nothing is wrong here', zh: '未发现异常' },
  explanation: {
    en: 'No known fault was found in what was read.',
    zh: '在已读取的内容中没有发现已知故障。',
  },
  evidence: [],
  fix: [],
  confirm: [],
};

export const unknown: Verdict = {
  cause: 'unknown',
  step: 0,
  title: { en: 'No known cause fits', zh: '没有匹配的已知原因' },
  explanation: {
    en: 'Either evidence is missing, or something failed in a way that no rule knows. The lines are quoted.',
    zh: '可能缺少证据,也可能是规则未覆盖的故障。相关行已列出。',
  },
  evidence: [],
  fix: ['ops triage --explain'],
  confirm: [],
};
