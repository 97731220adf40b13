import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Gives the whole run one temporary folder and takes it away at the end, whatever a test left there. */
export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'ops-test-'));
  process.env['TMPDIR'] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
