import { OpsError } from '../errors.ts';
import type { JournalEntry } from './journal.ts';
import { runProgram } from './run.ts';

export interface ContainerQuery {
  /** Name or id of the container. */
  readonly container: string;
  /** Wall time in milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly timeoutMs: number;
}

/** Reads a container's log with docker, both streams in the order of their times. Throws `probe_failed` when it cannot. */
export async function readContainerLog({ container, from, to, timeoutMs }: ContainerQuery): Promise<JournalEntry[]> {
  const window = [`--since=${new Date(from).toISOString()}`, `--until=${new Date(to).toISOString()}`];
  const args = ['logs', '--timestamps', '--tail=20000', ...window, container];
  const { exitCode, stdout, stderr } = await runProgram('docker', args, { timeoutMs, maxChars: 64 << 20 });
  if (exitCode !== 0) {
    const reason = `${stderr.trim().split('\n')[0]}; sudo usermod -aG docker $USER, or name a file with --log`;
    throw new OpsError('probe_failed', { probe: 'docker logs', reason });
  }
  return [...stdout.split('\n'), ...stderr.split('\n')].flatMap(parseEntry).sort((a, b) => a.at - b.at);
}

/** `2026-11-24T15:00:00.123456789Z text`. */
function parseEntry(line: string): JournalEntry[] {
  const space = line.indexOf(' ');
  const at = Date.parse(line.slice(0, space).replace(/(\.\d{3})\d+/, '$1'));
  return Number.isNaN(at) ? [] : [{ text: line.slice(space + 1), at }];
}
