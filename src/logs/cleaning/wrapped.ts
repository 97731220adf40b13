import { beginsWithCarrier } from './carrier.ts';
import { seamBetween } from './words.ts';

/** Lines wrapped for reading are at least and at most this wide. */
const narrowest = 40;
const widest = 250;

/** How much of a wrapped entry is put together, in characters. */
export const joinedChars = 4000;

/** How a program begins an entry, where no carrier shows it. */
const begins =
  /^ ?(?:time=|\[GIN\]|\{|\d+#\d+: |\d{4}[/-]\d\d[/-]\d\d[ T]|\[(?:emerg|alert|crit|error|warn|notice|info|debug)\] |nginx: \[|kernel: |systemd\[|panic: |goroutine \d|fatal error: |NVRM: |Error: |CUDA error|llama runner |ggml_|llama_|load_tensors|[a-z]\w{0,40}_\w{1,40}: |print_info|srv |slot |[EWID] \w|oom-kill:|Out of memory|Killed process|\|[ =\d-]|\|ERR!|\+[-=]|- - |(?:0x[\da-f]+|-?\d+(?:\.\d+)?|[\dA-F:.]{16}|GPU-[\da-f-]{8,36}), \S| {1,8}\d+(?: +(?:\d+|-)){3}|#? ?(?:gpu +pwr|Idx +W) |\w{3,100}\{\w{1,40}="|\[\d{1,2}\] [A-Z]|\[\d\d\/\w{3}\/\d{4}:\d|={10}| {0,8}(?:GPU +\S+ +Temp|\d+ +\w+ +\d+\.\d°?[cC]) )/;

/** An access log entry: an address or a host, then the dash of the user. */
const beginsAccess = /^\S{1,80} (?:\S{1,80} )?- \S{1,80} (?:\[|")/;

/** A request line; an entry has one, whatever its format. */
const request = /\b[A-Z]{3,10} \S{1,2000} HTTP\/\d/;

/** A setting of `nvidia-smi -q`. */
const beginsSetting = /^\s*v?[A-Z\d][\w/.() -]{0,60}?\s+: \S/;

/** Whether a line begins an entry, given the entry before it. */
export function beginsEntry(text: string, before: string): boolean {
  const field = /^ ?(?:level|source|msg)=/.exec(text)?.[0].trim();
  // A field of slog goes on with an entry that has others and not yet this one.
  if (field !== undefined) return before.includes(field) || !/\b(?:time|level|source)=/.test(before);
  if (request.test(text) && request.test(before)) return true;
  // Gin's columns; those of nvidia-smi begin entries.
  if (text.startsWith('| ') && before.includes('[GIN]')) return false;
  return begins.test(text) || beginsAccess.test(text) || beginsSetting.test(text) || beginsWithCarrier(text);
}

/** Entries that have all that their programs write: of Gin, of an access log, of Nginx's error log with its fields. */
const whole =
  /\[GIN\][^"]{1,200}"[^"]*"$|HTTP\/\d[\d.]*" \d{3} \d+ "[^"]*" "[^"]*"(?: "[^"]*")?$|, (?:client|server): [^",]{1,200}(?:, .{0,2000}"|)$/;
const nextField = /^[^ ]*, (?:server|request|upstream|host|referrer): |^(?:server|request|upstream|host|referrer): /;

/** Whether an entry has ended, so that the next line begins another, whatever that is. */
export const hasEnded = (entry: string, next: string) => whole.test(entry) && !nextField.test(next.trimStart());

/** What joins a line to the one before it: nothing in the middle of a word, a blank between words. */
type Seam = '' | ' ' | undefined;

/**
 * Finds out how a text was wrapped and gives, for each pair of neighbouring lines, what joins them. A line goes on when it
 * begins no entry and the line before it is full: as wide as the widest, or too wide for one more word.
 */
export function seamOf(texts: readonly string[]): (line: string, next: string, entry: string) => Seam {
  const words = texts.filter((text) => text.includes(' ', 1));
  const width = (words.length > 0 ? words : texts).reduce((most, text) => Math.max(most, text.length), 0);
  if (width < narrowest || width > widest) return () => undefined;
  const full = (line: string, next: string) => line.length + 1 + wordLength(next) > width;
  const uncut = texts.some((text) => text.length > width);
  const hard = !uncut && isCutInWords(texts, width);
  return (line, next, entry) => {
    if (next === '' || !full(line, next) || beginsEntry(next, entry) || hasEnded(entry, next)) return undefined;
    const shown = seamBetween(line, next);
    if (shown !== undefined) return shown;
    if (!hard) return ' ';
    return line.length >= width ? '' : line.length === width - 1 ? ' ' : undefined;
  };
}

function wordLength(text: string): number {
  const end = text.indexOf(' ');
  return end < 0 ? text.length : end;
}

/** Where one wrapped line alone is looked at, only these widths are taken for a terminal's. */
const terminalWidths = [80, 100, 120, 132, 160, 200];

/** A terminal wraps at the last column, in the middle of words; mail wraps between them and leaves a longer word whole. */
function isCutInWords(texts: readonly string[], width: number): boolean {
  let exact = 0;
  let shorter = 0;
  texts.forEach((text, at) => {
    const next = texts[at + 1] ?? '';
    if (next === '' || text.length + 1 + wordLength(next) <= width || beginsEntry(next, text)) return;
    if (text.length >= width) exact += 1;
    else if (text.length < width - 1) shorter += 1;
  });
  return exact > shorter && (exact > 1 || terminalWidths.includes(width));
}
