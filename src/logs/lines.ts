import type { Line } from './record.ts';

/** Longer lines are cut: no entry that names a cause is longer, and the cost of matching grows with the line. */
const lineChars = 16 << 10;

/**
 * Splits text into numbered lines. NUL bytes, which a truncated or UTF-16 file holds, are left out; a line that is too long
 * to be an entry of a log is cut.
 */
export function toLines(text: string, first: number | null = 1): Line[] {
  const texts = (text.includes('\0') ? text.replaceAll('\0', '') : text).split(/\r?\n/);
  if (texts.at(-1) === '') texts.pop();
  return texts.map((line, at) => ({ text: line.slice(0, lineChars), number: first === null ? null : first + at }));
}
