import { homedir } from 'node:os';
import path from 'node:path';

/** `watch.state_dir`, else the XDG state folder. */
export function stateFolder(configured: string | undefined, env: Readonly<Record<string, string | undefined>>): string {
  if (configured !== undefined) return path.resolve(configured);
  return path.join(env['XDG_STATE_HOME'] || path.join(homedir(), '.local', 'state'), 'clawdbot-ops');
}
