import { programOf } from '../cleaning/carrier.ts';
import { completed } from '../cleaning/cut.ts';
import { type Entry, toEntries } from '../cleaning/entries.ts';
import type { Line, LogKind, LogRecord } from '../record.ts';
import { parseEntries } from './index.ts';

/** How the programs whose lines have structure begin one, wherever it stands. */
const signatures: readonly (readonly [LogKind, RegExp])[] = [
  ['gateway-log', /^\{.*"type":\s*"(?:audit|started|recovered)"/],
  [
    'nginx-error',
    /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d \[\w{4,6}\] \d+#\d+: |^\[(?:emerg|alert|crit|error|warn)\] \d+#\d+: |^nginx: \[/,
  ],
  ['nginx-access', /^\S{1,80} - \S{1,80} \[\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] "/],
  ['ollama-log', /^time=\d{4}-\d\d-\d\dT\S{1,40} level=|^\[GIN\] \d{4}\//],
];

const signatureOf = ({ message }: Entry) => signatures.find(([, signature]) => signature.test(message))?.[0];

/** A text with lines of more programs is the journal of a whole host. */
const mostPrograms = 5;

/** Whose lines may say something about a chat there: what serves it, what carries that, and the machine. */
const concerned =
  /llama|vllm|whisper|kernel|systemd|oom|nvidia|dcgm|docker|containerd|podman|kube|k3s|snap|nginx|openresty|caddy|traefik|certbot|acme|lego|letsencrypt|clawdbot|gateway|webui|litellm|python|uvicorn|node|cron|thermald|rasdaemon|mcelog|smartd/i;

/** What any program may say that is about the chat, or a machine that fails. */
const speaking =
  /llama|ggml|^time=\S{1,40} level=|^\[GIN\]|CUDA error|:(?:11434|18789)\b|No space left on device|\.mount: .*Input\/output error/i;

/** The entries that may be about a chat: of a whole host's journal not those of its other programs. */
function aboutChat(entries: readonly Entry[]): readonly Entry[] {
  const programs = entries.map(({ text }) => programOf(text));
  if (new Set(programs).size <= mostPrograms) return entries;
  return entries.filter(({ message }, at) => {
    const program = programs[at] ?? 'kernel';
    // systemd speaks of every unit.
    return concerned.test(program === 'systemd' ? message : program) || speaking.test(message);
  });
}

/** Lines of one program that follow each other. */
interface Run {
  readonly kind: LogKind;
  readonly entries: Entry[];
}

/**
 * Turns the lines that somebody pasted into records. They may be of several programs: a line that shows whose it is is read
 * as that, an indented one goes on with the line before it, and any other is of the given kind.
 */
export function parsePasted(kind: LogKind, lines: readonly Line[], source: string): LogRecord[] {
  const runs: Run[] = [];
  const entries = aboutChat(toEntries(lines));
  for (const cut of entries) {
    const entry = { ...cut, message: completed(cut.message, cut === entries.at(-1)) };
    const last = runs.at(-1);
    const signed = programOf(entry.text) === 'kernel' ? 'dmesg' : signatureOf(entry);
    const own = signed ?? (last && /^\s/.test(entry.message) ? last.kind : kind);
    if (last?.kind === own) last.entries.push(entry);
    else runs.push({ kind: own, entries: [entry] });
  }
  return runs.flatMap((run) => parseEntries(run.kind, run.entries, source));
}
