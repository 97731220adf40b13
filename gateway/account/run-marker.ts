import { readFileSync, rmSync, writeFileSync } from 'node:fs';

/** A file that exists while its writer runs: one that was left tells of an end that was no orderly one. */
export class RunMarker {
  /** True where the last writer is gone and could not remove its mark. */
  readonly wasLeft: boolean;
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
    const before = readPid(path);
    this.wasLeft = before !== undefined && !isAlive(before);
    try {
      writeFileSync(path, `${process.pid}\n`, { mode: 0o640 });
    } catch {
      // Only the next start is the poorer for it; the audit log itself is what matters, and it is open.
    }
  }

  remove(): void {
    if (readPid(this.#path) === process.pid) rmSync(this.#path, { force: true });
  }
}

function readPid(path: string): number | undefined {
  try {
    return Number.parseInt(readFileSync(path, 'utf8'), 10) || undefined;
  } catch {
    return undefined;
  }
}

/** A pid of ours may have been given to another program since; that hides a crash and invents none. */
function isAlive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM';
  }
}
