import { isLog, type LogRecord } from '../logs/record.ts';
import { type Cause, weights } from './cause.ts';
import type { EvidenceLine, Verdict } from './diagnosis.ts';

export interface NamedCause {
  readonly code: string;
  readonly cause: Cause;
}

/** A cause that was found, and the records that show it. */
export interface Finding extends NamedCause {
  readonly records: readonly LogRecord[];
}

/** Lines quoted per finding, and characters per line. */
const quotedLines = 5;
const quotedChars = 400;

/** Looks for every cause in what was read. */
export function findCauses(causes: readonly NamedCause[], records: readonly LogRecord[]): Finding[] {
  // Many causes read the same kinds, and an access log can have a hundred thousand lines.
  const readableBy = new Map<string, readonly LogRecord[]>();
  return causes.flatMap((one) => {
    const { reads } = one.cause;
    const kinds = reads.join();
    const readable = readableBy.get(kinds) ?? records.filter(({ kind }) => reads.includes(kind));
    readableBy.set(kinds, readable);
    return finding(one, readable.length === 0 ? [] : one.cause.match(readable));
  });
}

/**
 * Looks for every cause in a text that somebody pasted. Nobody knows which programs wrote it, so a cause that reads some log
 * reads all of it; where none is found, what only hints at one counts.
 */
export function findInText(causes: readonly NamedCause[], records: readonly LogRecord[]): Finding[] {
  const readers = causes.filter(({ cause }) => cause.reads.some(isLog));
  const found = readers.flatMap((one) => finding(one, one.cause.match(records)));
  return found.some(({ cause }) => cause.weight !== 'noise')
    ? found
    : [...found, ...readers.flatMap((one) => finding(one, one.cause.hint?.(records) ?? []))];
}

const finding = ({ code, cause }: NamedCause, shown: readonly LogRecord[]): Finding[] =>
  shown.length === 0 ? [] : [{ code, cause, records: shown }];

/**
 * Orders findings, the explanation first: a cause comes before its echoes (`beats`), a root before a symptom before
 * something minor, and among equals the box that the flowchart asks first, then what
 * stands first in the log. What explains a root is itself one.
 */
export function rank(findings: readonly Finding[]): Finding[] {
  const beaten = new Set(findings.flatMap(({ cause }) => cause.beats ?? []));
  const weigh = ({ cause }: Finding) =>
    Math.min(
      ...[cause, ...findings.filter(({ code }) => cause.beats?.includes(code)).map((echo) => echo.cause)].map(
        ({ weight }) => weights.indexOf(weight),
      ),
    );
  const order = (finding: Finding) => weigh(finding) * 20 + (beaten.has(finding.code) ? 10 : 0) + finding.cause.step;
  return findings.toSorted((a, b) => order(a) - order(b) || earlier(a, b));
}

/** Orders two findings of one log by the line that showed each first. */
function earlier(a: Finding, b: Finding): number {
  if (a.records[0]?.source !== b.records[0]?.source) return 0;
  return firstLine(a) - firstLine(b);
}

const firstLine = ({ records }: Finding) =>
  records.reduce((first, { line }) => Math.min(first, line ?? 0), Number.MAX_SAFE_INTEGER);

/** What a finding says, as it is printed and mailed. */
export function toVerdict({ code, cause, records }: Finding): Verdict {
  const { step, nearest, title, explanation, fix, confirm } = cause;
  return {
    cause: code,
    step,
    ...(nearest ? { nearest } : {}),
    title,
    explanation,
    evidence: distinct(records).slice(0, quotedLines).map(toEvidence),
    fix,
    confirm,
  };
}

/** Ollama writes some lines twice within a millisecond; one of them is enough. */
export function distinct(records: readonly LogRecord[]): LogRecord[] {
  const seen = new Set<string>();
  return records.filter(({ text }) => !seen.has(text) && seen.add(text));
}

/** The quotation of a record. */
export function toEvidence({ source, line, text }: LogRecord): EvidenceLine {
  const trimmed = text.trim();
  return { source, line, text: trimmed.length > quotedChars ? `${trimmed.slice(0, quotedChars)}…` : trimmed };
}

/** Lines that say that something went wrong, for a log in which no cause fits. */
const alarming =
  /level=(?:ERROR|FATAL)|\[(?:emerg|alert|crit|error)\]|\bpanic\b|\bfatal\b|Traceback|segfault|status=\d+\/|^Error: |\bfailed\b|\b50[0-9] (?:Bad Gateway|Internal Server Error|Service (?:Temporarily )?Unavailable|Gateway Time)|exited with code [1-9]|command not found|^curl: \(\d|\bself-detected stall|(?<!fpu_)exception\b|[a-z]Error: |"error": ?"\w|timed out|connection refused|ECONN\w+|unreachable|\bcrash(?:ed|es)?\b|\baborted\b(?!["']?[=:] ?false)|isError=true|Unhandled promise rejection|lane task error|\binvalid config\b|temporarily unavailable \(HTTP|unexpected EOF|permission denied|no such host|TLS handshake timeout|i\/o timeout|"level": ?"(?:error|fatal)"/i;

/** The kernel's log is full of what failed and matters to no chat. */
const alarmingKernel =
  /NVRM: (?!loading|Persistence mode is deprecated|Your system is not currently configured to drive)|\bXid\b|_nv\d{6}rm\+0x|amdgpu.*(?:\*ERROR\*|\bfault)|(?:llama|runner|nginx|node|python|uvicorn|gunicorn|server|docker|containerd)\S{0,30}: segfault|invoked oom-killer|Oops|\bBUG:|Kernel panic|I\/O error(?!, dev (?:fd|sr)\d)|Input\/output error|blocked for more than|no usable path|nvme\d{1,3}: (?!Shutdown timeout set).{0,40}timeout|-fs error \(device|severity=Uncorrected|critical temperature reached/;

/** What a scanner asked for and is not there, or not for him. */
const notThere =
  /open\(\) "[^"]{1,400}" failed \((?:2|20|36): |directory index of .{1,400} is forbidden|is not found \(2: |access forbidden by rule|^.{0,80}user "[^"]{0,80}"(?:: password mismatch| was not found)|no user\/password was provided|\[(?:info|notice)\] /;

/** Known to be harmless although they look alarming; triage reference §3.5. */
const harmless =
  /VRAM usage didn't recover|entering low vram mode|amdgpu driver not detected|releasing cuda driver|key not found|SSL_do_handshake\(\) failed.*while SSL handshaking, client|control-looking token|cannot decode batches with this context|n_ctx_per_seq|model recommendations snapshot|level=DEBUG|retrying in \d|pinned memory|couldn't remove blob|failed to find ggml_backend_init|ModSecurity: Access denied|failed to parse CPU|raise_exception\(|llama_params_fit: failed to fit|HEAD failed, status: 404|limiting requests, dry run|runner to expire was nil|failed to mlock|failed to find (?:a memory slot|free space in the KV cache, retrying)/i;

/** The verdict where no cause was found: `unknown` when something looks wrong, else `healthy`. */
export function withoutCause(records: readonly LogRecord[]): Verdict {
  const odd = records.filter((record) => hasFailed(record) || looksOdd(record));
  return odd.length === 0 ? healthy : unexplained(odd);
}

function looksOdd({ kind, message, audit, access, gin, nginx }: LogRecord): boolean {
  if (audit !== undefined || access !== undefined || gin !== undefined || harmless.test(message)) return false;
  if (nginx?.client && notThere.test(message)) return false;
  return (kind === 'dmesg' ? alarmingKernel : alarming).test(message);
}

/** What went wrong in a way that no cause explains, in its newest lines. */
export function unexplained(records: readonly LogRecord[]): Verdict {
  return { ...unknown, evidence: records.slice(-quotedLines).map(toEvidence) };
}

/** Outcomes of requests that the caller is not to blame for; a stream can end in one of them after a status of 200. */
const failures: readonly (string | null | undefined)[] = ['upstream_error', 'gateway_error', 'timeout'];

/** Whether a request failed at the server's side. */
export function hasFailed({ gin, access, audit }: LogRecord): boolean {
  return failures.includes(audit?.outcome) || (gin?.status ?? access?.status ?? audit?.status ?? 0) >= 500;
}

export const healthy: Verdict = {
  cause: 'healthy',
  step: 0,
  title: { en: 'Nothing is wrong here', zh: '未发现异常' },
  explanation: {
    en: 'No known fault was found in what was read.',
    zh: '在已读取的内容中没有发现已知故障。',
  },
  evidence: [],
  fix: [],
  confirm: [],
};

export const unknown: Verdict = {
  cause: 'unknown',
  step: 0,
  title: { en: 'No known cause fits', zh: '没有匹配的已知原因' },
  explanation: {
    en: 'Either evidence is missing, or something failed in a way that no rule knows. The lines are quoted.',
    zh: '可能缺少证据,也可能是规则未覆盖的故障。相关行已列出。',
  },
  evidence: [],
  fix: ['ops triage --explain'],
  confirm: [],
};
