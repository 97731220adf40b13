import { parseAuditLine } from '../../audit-line.ts';
import { newline } from '../bytes.ts';
import { compileAccessFormat, type ReadAccess } from '../formats/access-format.ts';
import { learnAccess } from '../formats/access-learned.ts';
import { isCombined, parseAccess } from '../formats/nginx-access.ts';
import { type Parse, parseAudit, parseBy, parseCombined } from './parse.ts';
import type { Abnormal } from './tally.ts';

/** Calls back for every abnormal request in a block of whole lines. */
export type Find = (block: Buffer, found: (request: Abnormal) => void) => void;

/** How abnormal requests are found in one kind of log without reading every line as text. */
interface Needles {
  /** Bytes of which every line of interest holds some. Rare ones are found at the speed of memory. */
  readonly needles: readonly Buffer[];
  /** Whether a line is of interest, by the bytes behind a needle. */
  readonly mayBeAbnormal: (block: Buffer, after: number) => boolean;
  readonly parse: Parse;
}

const quote = 0x22;
const blank = 0x20;
const [four, nine] = [0x34, 0x39];
const isError = (digit: number | undefined) => digit !== undefined && digit >= four && digit <= nine;

const audit: Needles = {
  // Without its first letters: a search goes by the first byte, and quotes and o are in every word of JSON.
  needles: [Buffer.from('utcome":"')],
  // `ok"`; every other outcome is abnormal, also behind status 200 where a stream broke.
  mayBeAbnormal: (block, after) => block[after] !== 0x6f || block[after + 1] !== 0x6b,
  parse: parseAudit,
};

const json: Needles = {
  needles: [Buffer.from('"status":')],
  mayBeAbnormal(block, after) {
    let at = after;
    while (block[at] === blank || block[at] === quote) at += 1;
    return isError(block[at]);
  },
  parse: parseBy(parseAccess),
};

const combined: Needles = {
  needles: [Buffer.from('" 4'), Buffer.from('" 5')],
  mayBeAbnormal: (block, after) => block[after + 2] === blank,
  parse: parseCombined,
};

/** Lines that are looked at to tell the format of a log. */
const sampleLines = 500;

/**
 * How a log is searched, by its first lines and by Nginx's `log_format` where its configuration gives it one; undefined for
 * what holds no requests.
 */
export function finderOf(block: Buffer, logFormat: string | undefined): Find | undefined {
  const lines = block.toString('latin1', 0, 256 << 10).split('\n', sampleLines);
  if (lines.some((line) => parseAuditLine(line) !== undefined)) return byNeedles(audit);
  const jsonStatus = lines.some((line) => line.startsWith('{') && line.includes('"status":') && parseAccess(line));
  if (jsonStatus) return byNeedles(json);
  const configured = logFormat === undefined ? undefined : compileAccessFormat(logFormat);
  if ((logFormat?.includes('"$request" $status ') ?? true) && lines.some(isCombined)) return byNeedles(combined);
  const read = [configured, parseAccess, learnAccess(lines)].find((one) => one && lines.some((line) => one(line)));
  return read && byLine(read);
}

function byNeedles({ needles, mayBeAbnormal, parse }: Needles): Find {
  return (block, found) => {
    const cursors = needles.map((needle) => ({ needle, at: seek(block, needle, 0) }));
    for (;;) {
      const { needle, at } = cursors.reduce((a, b) => (b.at < a.at ? b : a));
      if (at >= block.length) return;
      let next = at + needle.length;
      if (mayBeAbnormal(block, next)) {
        const newlineAt = block.indexOf(newline, next);
        const end = newlineAt < 0 ? block.length : newlineAt;
        const request = parse(block.toString('utf8', block.lastIndexOf(newline, at) + 1, end));
        if (request) found(request);
        if (request) next = end;
      }
      for (const cursor of cursors) if (cursor.at < next) cursor.at = seek(block, cursor.needle, next);
    }
  };
}

/** Where a needle comes next; the end of the block where it does not. */
function seek(block: Buffer, needle: Buffer, from: number): number {
  const at = block.indexOf(needle, from);
  return at < 0 ? block.length : at;
}

/** Formats of which no bytes are known to search for: every line is read. */
function byLine(read: ReadAccess): Find {
  const parse = parseBy(read);
  return (block, found) => {
    for (const line of block.toString('utf8').split('\n')) {
      const request = parse(line);
      if (request) found(request);
    }
  };
}
