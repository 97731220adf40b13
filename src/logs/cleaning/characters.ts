/** Whether a line needs any of the changes below; most lines of a log do not. */
const unusual =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u001b\u0000-\u0008\u000e-\u001f\u007f-\u00a0\u200b-\u200f\u2018-\u201f\u2028\u202a-\u202e\ufeff\ufffd␛]|&(?:quot|amp|lt|gt|#\d+);|(?:\^\[|#033|\[)(?:\d[\d;]{0,20})?m/;

/** Colours and cursor movements, with the escape character as it stands or as viewers and rsyslog write it. */
const escapes =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /(?:\u001b|␛|\^\[|#033)(?:\[[0-?]{0,40}[ -/]{0,4}[@-~]|\][^\u0007\u001b]{0,400}(?:\u0007|\u001b\\)?|[()][A-Z0-9])|\[\d{1,3}(?:;\d{1,3}){0,5}m|\[m/g;

const replacements: readonly (readonly [RegExp, string])[] = [
  [escapes, ''],
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  [/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028\u202a-\u202e\ufeff\ufffd]/g, ''],
  [/\u00a0/g, ' '],
  [/[\u2018\u2019\u201a\u201b]/g, "'"],
  [/[\u201c-\u201f]/g, '"'],
  [/&quot;/g, '"'],
  [/&#0?39;/g, "'"],
  [/&lt;/g, '<'],
  [/&gt;/g, '>'],
  [/&amp;/g, '&'],
];

/** The line in plain characters: without colours and control characters, with straight quotes, not as HTML. */
export function plainCharacters(text: string): string {
  if (!unusual.test(text)) return text;
  // In a line of JSON they stand in its texts, which they must not end.
  const whole = text.startsWith('{"') ? text.replace(/[\u201c-\u201f]|&quot;/g, '\\"') : text;
  return replacements.reduce((rest, [pattern, by]) => rest.replace(pattern, by), whole);
}

/** Marks of a quotation, of a comment, and of a shell that asks. */
const quotes = /^ ?(?:> ?){1,8}|^\s{0,8}[#$] (?=\S)/;

/** Marks of code and of bold type around a pasted line. */
const marks = /^\s{0,3}(?:`{1,3}|\*\*)(?=[^\s`*])|(?:`{1,3}|\*\*)\s*$/g;

/** Line numbers of viewers, and the file name and line number of grep. */
const numbering =
  /^\s{0,6}\d{1,7}(?:\t|\s?│ ?)|^[\w./~-]{1,200}\.(?:log|txt|out|err)(?:\.\d+)?[:-](?:\d{1,7}[:-])?(?!\d(?!\d{3}[/-]\d\d))\s?|^\d{1,7}:(?!\d)/;

/**
 * The lines without what was put before them on the way to the reader. A number counts as that only where nearly every
 * line has one: a wrapped line can begin with digits too.
 */
export function withoutDecoration(texts: readonly string[]): string[] {
  const unquoted = texts.map((text) => text.replace(quotes, '').replace(marks, ''));
  const filled = unquoted.filter((text) => text.trim() !== '');
  const numbered = filled.filter((text) => numbering.test(text)).length >= 0.8 * filled.length;
  return numbered ? unquoted.map((text) => text.replace(numbering, '')) : unquoted;
}
