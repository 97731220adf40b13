import { parseAuditLine } from '../../audit-line.ts';
import type { Line, LogKind, LogRecord } from '../record.ts';
import { parseNginxAccess } from './nginx-access.ts';
import { parseOllama } from './ollama.ts';
import { joinWrapped, toRecord } from './plain.ts';

type Parse = (lines: readonly Line[], source: string) => LogRecord[];

const plain =
  (kind: LogKind): Parse =>
  (lines, source) =>
    lines.filter((line) => line.text.trim() !== '').map((line) => toRecord(kind, source, line));

const parsers: Readonly<Record<LogKind, Parse>> = {
  'ollama-log': parseOllama,
  'nginx-error': plain('nginx-error'),
  'nginx-access': parseNginxAccess,
  dmesg: (lines, source) => joinWrapped(lines).map((line) => toRecord('dmesg', source, line)),
  'nvidia-smi': plain('nvidia-smi'),
  certbot: plain('certbot'),
  'gateway-log': parseGatewayLog,
};

/** Turns the lines of one log into records. */
export function parseLog(kind: LogKind, lines: readonly Line[], source: string): LogRecord[] {
  return parsers[kind](lines, source);
}

function parseGatewayLog(lines: readonly Line[], source: string): LogRecord[] {
  return plain('gateway-log')(lines, source).map((record) => {
    const audit = parseAuditLine(record.message) ?? parseAuditLine(record.text);
    return audit ? { ...record, audit } : record;
  });
}

/** What each kind of log looks like; the kind with the most matching lines is taken. */
const looks: readonly (readonly [LogKind, RegExp])[] = [
  ['gateway-log', /^\{.*"type":\s*"(?:audit|started|recovered)"/],
  ['nginx-error', /\[(?:emerg|alert|crit|error|warn|notice|info)\] (?:\d+#\d+: )?|client intended to send too large/],
  ['nginx-access', /\[\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\]\s+"|^\{.*"request_time"/],
  ['certbot', /renew(?:al)? |certbot|acme-challenge|verify error:num|notAfter=|letsencrypt/i],
  ['nvidia-smi', /NVIDIA-SMI|GPU Current Temp|Slowdown\s+:|\|\s+\d+%?\s+\d+C|device handle|^No devices were found/],
  ['dmesg', /NVRM|oom-kill|Out of memory: Kill|Killed process|conntrack: table full|^\[\s*\d+\.\d+\] /],
  ['ollama-log', /level=(?:INFO|WARN|ERROR|DEBUG) |\[GIN\]|ollama|llama|ggml|cuda error|11434|model requires/i],
];

/** Guesses what a pasted text is; Ollama's log, the least regular one, is the fallback. */
export function detectKind(lines: readonly Line[]): LogKind {
  const counts = looks.map(([kind, look]) => ({ kind, count: lines.filter(({ text }) => look.test(text)).length }));
  const best = counts.reduce((a, b) => (b.count > a.count ? b : a));
  return best.count === 0 ? 'ollama-log' : best.kind;
}
