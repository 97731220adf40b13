import { OpsError } from '../errors.ts';
import { runProgram } from './run.ts';

export interface JournalQuery {
  /** `kernel`, or the name of a systemd unit. */
  readonly unit: string;
  /** Wall time in milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly timeoutMs: number;
}

export interface JournalEntry {
  readonly text: string;
  /** Wall time in milliseconds. */
  readonly at: number;
}

/** Entries that are read at most, the newest ones. */
const most = 20_000;

/** Reads journald with journalctl. Throws `probe_failed` when it is missing, refused, or has no journal. */
export async function readJournal({ unit, from, to, timeoutMs }: JournalQuery): Promise<JournalEntry[]> {
  const which = unit === 'kernel' ? ['--dmesg'] : ['--unit', unit];
  const window = [`--since=@${Math.floor(from / 1000)}`, `--until=@${Math.ceil(to / 1000)}`];
  const args = [...which, ...window, '--output=json', '--no-pager', `--lines=${most}`];
  const { exitCode, stdout, stderr } = await runProgram('journalctl', args, { timeoutMs, maxChars: 64 << 20 });
  const entries = stdout.split('\n').flatMap(parseEntry);
  if (entries.length === 0 && (exitCode !== 0 || /No journal files|not seeing messages/i.test(stderr))) {
    const help = 'sudo usermod -aG systemd-journal $USER, or name a file with --log';
    throw new OpsError('probe_failed', { probe: 'journalctl', reason: `${stderr.trim().split('\n')[0]}; ${help}` });
  }
  return entries;
}

function parseEntry(line: string): JournalEntry[] {
  if (!line.startsWith('{')) return [];
  try {
    const entry: Record<string, unknown> = JSON.parse(line);
    const at = Number(entry['__REALTIME_TIMESTAMP']) / 1000;
    return [{ text: messageOf(entry['MESSAGE']), at }];
  } catch {
    return [];
  }
}

/** journalctl prints a message with bytes that are not UTF-8 as a list of numbers. */
function messageOf(message: unknown): string {
  return Array.isArray(message) ? Buffer.from(message).toString('utf8') : String(message ?? '');
}
