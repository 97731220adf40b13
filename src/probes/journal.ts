import { OpsError } from '../errors.ts';
import { runProgram } from './run.ts';

export interface JournalQuery {
  /** `kernel`, or the name of a systemd unit. */
  readonly unit: string;
  /** Wall time in milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly timeoutMs: number;
  /** Only what comes after this entry, wherever `from` is. */
  readonly afterCursor?: string;
}

export interface JournalEntry {
  readonly text: string;
  /** Wall time in milliseconds. */
  readonly at: number;
  /** Its place in the journal, for `afterCursor`. */
  readonly cursor?: string;
}

/** Entries that are read at most, the newest ones. */
const most = 20_000;

/** Reads journald with journalctl. Throws `probe_failed` when it is missing, refused, or has no journal. */
export async function readJournal({ unit, from, to, timeoutMs, afterCursor }: JournalQuery): Promise<JournalEntry[]> {
  // Not --dmesg, which leaves out what the kernel said before the machine was started anew.
  const which = unit === 'kernel' ? ['_TRANSPORT=kernel'] : ['--unit', unit];
  const start = afterCursor === undefined ? `--since=@${Math.floor(from / 1000)}` : `--after-cursor=${afterCursor}`;
  const window = [start, `--until=@${Math.ceil(to / 1000)}`];
  const args = [...which, ...window, '--output=json', '--no-pager', `--lines=${most}`];
  const { exitCode, stdout, stderr } = await runProgram('journalctl', args, { timeoutMs, maxChars: 64 << 20 });
  const entries = stdout.split('\n').flatMap(parseEntry);
  if (entries.length > 0) return entries;
  // Printing JSON it keeps quiet about a journal that is missing or closed to us; after a cursor there is one.
  const said = exitCode === 0 && afterCursor === undefined ? await hint(which, timeoutMs) : stderr;
  if (exitCode !== 0 || /No journal files|not seeing messages/i.test(said)) {
    const help = 'sudo usermod -aG systemd-journal $USER, or name a file with --log';
    throw new OpsError('probe_failed', { probe: 'journalctl', reason: `${said.trim().split('\n')[0]}; ${help}` });
  }
  return entries;
}

async function hint(which: readonly string[], timeoutMs: number): Promise<string> {
  const { stderr } = await runProgram('journalctl', [...which, '--lines=1', '--no-pager'], { timeoutMs });
  return stderr;
}

function parseEntry(line: string): JournalEntry[] {
  if (!line.startsWith('{')) return [];
  try {
    const entry: Record<string, unknown> = JSON.parse(line);
    const at = Number(entry['__REALTIME_TIMESTAMP']) / 1000;
    const cursor = entry['__CURSOR'];
    return [{ text: messageOf(entry['MESSAGE']), at, ...(typeof cursor === 'string' ? { cursor } : {}) }];
  } catch {
    return [];
  }
}

/** journalctl prints a message with bytes that are not UTF-8 as a list of numbers. */
function messageOf(message: unknown): string {
  return Array.isArray(message) ? Buffer.from(message).toString('utf8') : String(message ?? '');
}
