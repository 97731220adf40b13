import { parseAuditLine } from '../../audit-line.ts';
import { newline } from '../bytes.ts';
import { parseAccess } from '../formats/nginx-access.ts';
import { accessTimeOf, timeOf } from '../time.ts';
import type { Abnormal } from './tally.ts';

/** How abnormal requests are found in one kind of log without reading every line as text. */
interface Format {
  /** Bytes of which every line of interest holds some. Rare ones are found at the speed of memory. */
  readonly needles: readonly Buffer[];
  /** Whether a line is of interest, by the bytes behind a needle. */
  readonly mayBeAbnormal: (block: Buffer, after: number) => boolean;
  readonly parse: (line: string) => Abnormal | undefined;
}

const none = '(none)';
const quote = 0x22;
const blank = 0x20;
const [four, nine] = [0x34, 0x39];
const isError = (digit: number | undefined) => digit !== undefined && digit >= four && digit <= nine;

const formats = {
  audit: {
    // Without its first letters: a search goes by the first byte, and quotes and o are in every word of JSON.
    needles: [Buffer.from('utcome":"')],
    // `ok"`; every other outcome is abnormal, also behind status 200 where a stream broke.
    mayBeAbnormal: (block, after) => block[after] !== 0x6f || block[after + 1] !== 0x6b,
    parse: parseAudit,
  },
  'access-json': {
    needles: [Buffer.from('"status":')],
    mayBeAbnormal(block, after) {
      let at = after;
      while (block[at] === blank || block[at] === quote) at += 1;
      return isError(block[at]);
    },
    parse: parseNginx,
  },
  access: {
    needles: [Buffer.from('" 4'), Buffer.from('" 5')],
    mayBeAbnormal: (block, after) => block[after + 2] === blank,
    parse: parseNginx,
  },
} as const satisfies Record<string, Format>;

export type FormatName = keyof typeof formats;

/** Lines that are looked at to tell the format of a log. */
const sampleLines = 50;

/** What a log is, by its first lines; undefined for what holds no requests. */
export function detectFormat(block: Buffer): FormatName | undefined {
  const lines = block.toString('latin1', 0, 64 << 10).split('\n', sampleLines);
  if (lines.some((line) => parseAuditLine(line) !== undefined)) return 'audit';
  const access = lines.find((line) => parseAccess(line) !== undefined);
  if (access === undefined) return undefined;
  return access.startsWith('{') ? 'access-json' : 'access';
}

/** Calls back for every abnormal request in a block of whole lines. */
export function findAbnormal(block: Buffer, name: FormatName, found: (request: Abnormal) => void): void {
  const { needles, mayBeAbnormal, parse }: Format = formats[name];
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
}

/** Where a needle comes next; the end of the block where it does not. */
function seek(block: Buffer, needle: Buffer, from: number): number {
  const at = block.indexOf(needle, from);
  return at < 0 ? block.length : at;
}

function parseAudit(line: string): Abnormal | undefined {
  const audit = parseAuditLine(line);
  if (audit?.type !== 'audit' || audit.probe || audit.outcome === 'ok') return undefined;
  return {
    client: audit.client_ip ?? none,
    path: audit.path ?? none,
    key: audit.key_id ?? none,
    error: audit.error ?? audit.outcome ?? none,
    status: audit.status ?? 0,
    at: Date.parse(audit.time),
  };
}

function parseNginx(line: string): Abnormal | undefined {
  const access = parseAccess(line);
  if (access === undefined || access.status < 400 || access.userAgent?.includes('ops-probe')) return undefined;
  return {
    client: access.client ?? none,
    path: access.path.replace(/\?.*$/, '') || none,
    key: none,
    error: `HTTP ${access.status}`,
    status: access.status,
    at: accessTimeOf(line) ?? timeOf(line),
  };
}
