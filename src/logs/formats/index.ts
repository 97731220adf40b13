import { parseAuditLine } from '../../audit-line.ts';
import { programOf } from '../cleaning/carrier.ts';
import { type Entry, joinIndented, toEntries } from '../cleaning/entries.ts';
import type { Line, LogKind, LogRecord } from '../record.ts';
import type { ReadAccess } from './access-format.ts';
import { parseNginxAccess } from './nginx-access.ts';
import { parseNginxError } from './nginx-error.ts';
import { parseOllama } from './ollama.ts';
import { toRecord } from './plain.ts';

type Parse = (entries: readonly Entry[], source: string, readAccess?: ReadAccess) => LogRecord[];

const plain =
  (kind: LogKind): Parse =>
  (entries, source) =>
    entries.map((entry) => toRecord(kind, source, entry));

const parsers: Readonly<Record<LogKind, Parse>> = {
  'ollama-log': parseOllama,
  'nginx-error': parseNginxError,
  'nginx-access': parseNginxAccess,
  dmesg: (entries, source) => plain('dmesg')(joinIndented(entries), source),
  'nvidia-smi': plain('nvidia-smi'),
  certbot: plain('certbot'),
  'gateway-log': parseGatewayLog,
};

/**
 * Turns the lines of one log into records, whatever carried the log and however it was pasted. `readAccess` reads the lines
 * of an access log whose format is known.
 */
export function parseLog(kind: LogKind, lines: readonly Line[], source: string, readAccess?: ReadAccess): LogRecord[] {
  return parsers[kind](toEntries(lines), source, readAccess);
}

/** Turns entries that are of one program into records. */
export const parseEntries = (kind: LogKind, entries: readonly Entry[], source: string) =>
  parsers[kind](entries, source);

function parseGatewayLog(entries: readonly Entry[], source: string): LogRecord[] {
  return plain('gateway-log')(entries, source).map((record) => {
    const audit = parseAuditLine(record.message);
    return audit ? { ...record, audit } : record;
  });
}

/** What each kind of log looks like; the kind with the most matching lines is taken. */
const looks: readonly (readonly [LogKind, RegExp])[] = [
  ['gateway-log', /^\{.*"type":\s*"(?:audit|started|recovered)"/],
  [
    'nginx-error',
    /\[(?:emerg|alert|crit|error|warn|notice|info)\] (?:\d+#\d+: )?|client intended to send too large|\bupstream (?:timed out|prematurely closed|sent )|(?:connecting|reading|sending|handshaking|header from|request) (?:to |from )?upstream\b|^\d+#\d+: \*\d+ |^nginx: /,
  ],
  [
    'nginx-access',
    /\[\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\]\s+"|^\{.*"(?:request_time|DownstreamStatus)"|\[Client \S{1,80}\] \[Length | (?:-?\d{1,9}\/){4}\+?\d{1,9} (?:-1|\d{3}) \d|^\[\d{4}-\d\d-\d\dT[\d:.]{8,15}Z\] "[A-Z]{3,10} /,
  ],
  [
    'certbot',
    /renew(?:al)? |certbot|acme[-:]|verify error:num|notAfter=|letsencrypt|certificate (?:has )?expired|challenges? (?:have )?failed|authorization procedure|\b(?:http|dns|tls-alpn)-01\b|zerossl|\/dehydrated\/|cert-manager/i,
  ],
  [
    'nvidia-smi',
    /NVIDIA-SMI|nvidia-smi|initialize NVML|GPU Current Temp|Slowdown\s+:|clocks_(?:throttle|event)_reason|\|\s+\d+%?\s+\d+C|device handle|\bgpu\s+(?:pwr|sm|pviol|fb|mclk)\b|^No devices were found/,
  ],
  [
    'dmesg',
    /NVRM|\bXid \(|oom-kill|Out of memory: Kill|Killed process|conntrack: table full|^[\w-]{2,20} [\da-f]{4}:[\da-f]{2}:[\da-f]{2}\.\d: |^\[drm\b|^(?:binder|Bluetooth|EXT4-fs|BTRFS|usb \d|INFO: task|traps|mce): ?/,
  ],
  ['ollama-log', /level=(?:INFO|WARN|ERROR|DEBUG) |\[GIN\]|ollama|llama|ggml|cuda error|11434|model requires/i],
];

/** How many entries are looked at. */
const guessedFrom = 2000;

/** Seconds since boot, which are cleaned away with every carrier; journalctl puts the program behind them. */
const sinceBoot = /^\[\s*\d+\.\d{6}\] (?!\S+ \S+\[\d+\]: )/;

function fits(kind: LogKind, look: RegExp, { text, message }: Entry): boolean {
  if (sinceBoot.test(text) || programOf(text) === 'kernel') return kind === 'dmesg';
  return look.test(message);
}

/** Guesses what a pasted text is; Ollama's log, the least regular one, is the fallback. */
export function detectKind(lines: readonly Line[]): LogKind {
  const entries = toEntries(lines.slice(-guessedFrom));
  const counts = looks.map(([kind, look]) => ({
    kind,
    count: entries.filter((entry) => fits(kind, look, entry)).length,
  }));
  const best = counts.reduce((a, b) => (b.count > a.count ? b : a));
  return best.count === 0 ? 'ollama-log' : best.kind;
}
