import { detectKind } from '../logs/formats/index.ts';
import { parsePasted } from '../logs/formats/pasted.ts';
import { toLines } from '../logs/lines.ts';
import type { LogKind } from '../logs/record.ts';
import { loadCauses } from './catalogue.ts';
import type { Verdict } from './diagnosis.ts';
import { findInText, healthy, rank, toVerdict, withoutCause } from './engine.ts';
import { toldByOllama } from './told.ts';

export interface TextDiagnosis {
  readonly kind: LogKind;
  readonly verdict: Verdict;
  readonly also: readonly Verdict[];
  readonly lines: number;
}

export interface TextToDiagnose {
  /** Name of the file, or `-`. */
  readonly source: string;
  readonly kind?: LogKind | 'auto';
}

/** Names the cause that one log shows. A finding that is only noise gives `healthy`-like step 0 with its own code. */
export async function diagnoseText(text: string, { source, kind = 'auto' }: TextToDiagnose): Promise<TextDiagnosis> {
  const lines = toLines(text);
  const read = kind === 'auto' ? detectKind(lines) : kind;
  const records = parsePasted(read, lines, source);
  const ranked = rank(findInText(await loadCauses(), [...records, ...toldByOllama(records)])).map(toVerdict);
  const [first, ...also] = ranked;
  const verdict = first ?? (lines.length === 0 ? healthy : withoutCause(records));
  return { kind: read, verdict, also, lines: lines.length };
}
