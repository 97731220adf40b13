import { readFileSync } from 'node:fs';

/** Linux counts the CPU time of a process in hundredths of a second. */
const ticksPerSecond = 100;

/** CPU time of a process with all its threads since its start, in seconds. */
export const cpuSeconds = (pid: number): number => ticksOf(pid, 11) / ticksPerSecond;

/** CPU time of the programs that a process started and that have ended, in seconds. */
export const endedChildrenSeconds = (pid: number): number => ticksOf(pid, 13) / ticksPerSecond;

/** User and system time, two neighbours of /proc/PID/stat, in ticks. */
function ticksOf(pid: number, field: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name, in parentheses, may contain blanks; the fields after it are numbered from 3.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[field]) + Number(fields[field + 1]);
}

/** Resident memory of a process in bytes. */
export const residentBytes = (pid: number): number => statusBytes(pid, 'VmRSS');

/** What of it belongs to no file, such as the program itself, in bytes. */
export const anonymousBytes = (pid: number): number => statusBytes(pid, 'RssAnon');

function statusBytes(pid: number, field: string): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024;
}

/** The processes that a process started and did not end. */
export function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
}
