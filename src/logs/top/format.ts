import { parseAuditLine } from '../../audit-line.ts';
import { newline } from '../bytes.ts';
import { compileAccessFormat, type ReadAccess } from '../formats/access-format.ts';
import { learnAccess } from '../formats/access-learned.ts';
import { isCombined, parseAccess } from '../formats/nginx-access.ts';
import { errorStatuses } from './error-statuses.ts';
import { type Parse, parseAudit, parseBy, parseCombined } from './parse.ts';
import type { Abnormal } from './tally.ts';

/** Calls back for every abnormal request in a block of whole lines. */
export type Find = (block: Buffer, found: (request: Abnormal) => void) => void;

/** How abnormal requests are found in one kind of log without reading every line as text. */
interface Search {
  /** Offsets in a block at which a line of interest may have its status or outcome, in their order. */
  readonly candidates: (block: Buffer) => Iterable<number>;
  readonly mayBeAbnormal: (block: Buffer, at: number) => boolean;
  readonly parse: Parse;
}

const quote = 0x22;
const blank = 0x20;
const [four, nine] = [0x34, 0x39];
const isError = (digit: number | undefined) => digit !== undefined && digit >= four && digit <= nine;

const audit: Search = {
  // Without its first letters: a search goes by the first byte, and quotes and o are in every word of JSON.
  candidates: behind('utcome":"'),
  // `ok"`; every other outcome is abnormal, also behind status 200 where a stream broke.
  mayBeAbnormal: (block, at) => block[at] !== 0x6f || block[at + 1] !== 0x6b,
  parse: parseAudit,
};

const json: Search = {
  candidates: behind('"status":'),
  mayBeAbnormal(block, at) {
    let digit = at;
    while (block[digit] === blank || block[digit] === quote) digit += 1;
    return isError(block[digit]);
  },
  parse: parseBy(parseAccess),
};

const combined: Search = {
  candidates: errorStatuses,
  mayBeAbnormal: (block, at) => block[at + 2] === blank,
  parse: parseCombined,
};

/** The offsets in a block behind each occurrence of a text. */
function behind(text: string): Search['candidates'] {
  const needle = Buffer.from(text);
  return function* (block) {
    for (let at = block.indexOf(needle); at >= 0; at = block.indexOf(needle, at)) {
      at += needle.length;
      yield at;
    }
  };
}

/** Lines that are looked at to tell the format of a log. */
const sampleLines = 500;

/**
 * How a log is searched, by its first lines and by Nginx's `log_format` where its configuration gives it one; undefined for
 * what holds no requests.
 */
export function finderOf(block: Buffer, logFormat: string | undefined): Find | undefined {
  const lines = block.toString('latin1', 0, 256 << 10).split('\n', sampleLines);
  if (lines.some((line) => parseAuditLine(line) !== undefined)) return bySearch(audit);
  const jsonStatus = lines.some((line) => line.startsWith('{') && line.includes('"status":') && parseAccess(line));
  if (jsonStatus) return bySearch(json);
  const configured = logFormat === undefined ? undefined : compileAccessFormat(logFormat);
  if ((logFormat?.includes('"$request" $status ') ?? true) && lines.some(isCombined)) return bySearch(combined);
  const read = [configured, parseAccess, learnAccess(lines)].find((one) => one && lines.some((line) => one(line)));
  return read && byLine(read);
}

function bySearch({ candidates, mayBeAbnormal, parse }: Search): Find {
  return (block, found) => {
    let end = 0;
    for (const at of candidates(block)) {
      if (at < end || !mayBeAbnormal(block, at)) continue;
      const newlineAt = block.indexOf(newline, at);
      const lineEnd = newlineAt < 0 ? block.length : newlineAt;
      const request = parse(block.toString('utf8', block.lastIndexOf(newline, at) + 1, lineEnd));
      if (request === undefined) continue;
      found(request);
      end = lineEnd;
    }
  };
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
