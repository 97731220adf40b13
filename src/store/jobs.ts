import type { DatabaseSync } from 'node:sqlite';

/** Last starts of the jobs that follow the calendar; a restart neither forgets nor repeats one. Wall time, milliseconds. */
export interface JobStore {
  lastStart(job: string): number | undefined;
  started(job: string, at: number): void;
}

export function jobsOf(database: DatabaseSync): JobStore {
  const read = database.prepare('SELECT started_at FROM jobs WHERE job = ?');
  const write = database.prepare('INSERT OR REPLACE INTO jobs (job, started_at) VALUES (?, ?)');
  return {
    lastStart(job) {
      const row = read.get(job);
      return row && Number(row['started_at']);
    },
    started: (job, at) => void write.run(job, at),
  };
}
