import type { Line, LogRecord, RecordKind } from '../record.ts';
import { timeOf } from '../time.ts';

/** Prefixes that carriers put before a program's own line: journald's short format, compose, kubectl, docker -t. */
const prefixes = [
  /^\s*[\w.-]+[-_.]\d+\s*\|\s?/,
  /^\[pod\/[^\]]+\]\s/,
  /^\w{3}\s+\d{1,2} \d\d:\d\d:\d\d (?:[\w.-]+ )?[\w().@-]+(?:\[\d+\])?: /,
  /^(?:kern|daemon|user)\s*:\w+\s*: \S+ /,
];

/** The line as the program wrote it. */
function withoutPrefix(text: string): string {
  return prefixes.reduce((rest, prefix) => rest.replace(prefix, ''), text);
}

/** A record of one line. */
export function toRecord(kind: RecordKind, source: string, line: Line): LogRecord {
  const at = line.at ?? timeOf(line.text);
  return {
    kind,
    source,
    line: line.number,
    text: line.text,
    message: withoutPrefix(line.text),
    ...(at === undefined ? {} : { at }),
  };
}

/** How much of a wrapped entry is put together. */
const joinedChars = 4000;

/** Joins lines that start with blanks to the line before them: mail, chat and the kernel wrap long lines so. */
export function joinWrapped(lines: readonly Line[]): Line[] {
  const joined: Line[] = [];
  for (const line of lines) {
    const last = joined.at(-1);
    if (last && /^\s+\S/.test(line.text) && last.text.length < joinedChars) {
      joined[joined.length - 1] = { ...last, text: `${last.text} ${line.text.trim()}` };
    } else if (line.text.trim() !== '') {
      joined.push(line);
    }
  }
  return joined;
}
