import type { Line } from '../record.ts';
import { withoutCarrier } from './carrier.ts';
import { plainCharacters, withoutDecoration } from './characters.ts';
import { beginsEntry, hasEnded, joinedChars, seamOf } from './wrapped.ts';

/** A line as a program wrote it, whatever happened to it on its way to the reader. */
export interface Entry {
  /** Where it begins. */
  readonly line: Line;
  /** As it stands in the log, all its lines. */
  readonly text: string;
  readonly message: string;
}

/** Cleans the lines of a log: plain characters, wrapped lines joined, carriers taken off. Empty lines are left out. */
export function toEntries(lines: readonly Line[]): Entry[] {
  const plain = withoutDecoration(lines.map(({ text }) => plainCharacters(text))).map((text) => text.trimEnd());
  return joinWide(lines, plain).map(({ line, text, message: carried }) => {
    const { message, at } = withoutCarrier(carried);
    return { line: at === undefined || line.at !== undefined ? line : { ...line, at }, text, message: narrow(message) };
  });
}

/** Blanks within a line are one each: readers of pictures, tables and programs put more of them. */
const narrow = (message: string) => (message.includes('  ', 1) ? message.replace(/(?<=\S) {2,}/g, ' ') : message);

/** Joins lines that were wrapped at a width. */
function joinWide(lines: readonly Line[], plain: readonly string[]): Entry[] {
  const seam = seamOf(plain);
  const entries: Entry[] = [];
  let before = '';
  lines.forEach((line, at) => {
    const next = plain[at] ?? '';
    const last = entries.at(-1);
    const joint = last === undefined || last.text.length > joinedChars ? undefined : seam(before, next, last.message);
    before = next;
    if (last !== undefined && joint !== undefined) {
      entries[entries.length - 1] = {
        ...last,
        text: `${last.text} ${line.text.trim()}`,
        message: last.message + joint + next,
      };
    } else if (next.trim() !== '') {
      entries.push({ line, text: line.text, message: next });
    }
  });
  return entries;
}

/** Joins what goes on in an indented line, or in the middle of an entry that is not complete: mail, chat, the kernel. */
export function joinIndented(entries: readonly Entry[]): Entry[] {
  const joined: Entry[] = [];
  for (const entry of entries) {
    const last = joined.at(-1);
    if (last && last.text.length < joinedChars && goesOn(last.message, entry.message)) {
      joined[joined.length - 1] = {
        ...last,
        text: `${last.text} ${entry.text.trim()}`,
        message: `${last.message} ${entry.message.trim()}`,
      };
    } else joined.push(entry);
  }
  return joined;
}

function goesOn(before: string, next: string): boolean {
  if (beginsEntry(next.trimStart(), before) || hasEnded(before, next)) return false;
  const field = /^(?:level|source|msg)=/.exec(next)?.[0];
  return /^\s/.test(next) || (field !== undefined && !before.includes(field)) || isOpen(before);
}

/** A log entry with an opened quote has not ended. */
function isOpen(message: string): boolean {
  return /^time=|^level=|^\[GIN\]/.test(message) && (message.replaceAll('\\"', '').split('"').length - 1) % 2 === 1;
}
