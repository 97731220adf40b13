import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { root as packageRoot } from '../package.ts';

/** What has to be told of a file that was written: the part of the machine that must take notice. */
export type Part = 'users' | 'configuration' | 'gateway' | 'watch' | 'ollama' | 'nginx' | 'certbot' | 'logrotate';

/** A file or a link as it should stand on this host. */
export interface Artefact {
  readonly part: Part;
  /** Absolute, as the host's programs see it. */
  readonly path: string;
  readonly mode: number;
  readonly text: string;
}

export interface Link {
  readonly path: string;
  readonly target: string;
}

export interface HostFacts {
  /** Public name of the site. */
  readonly serverName: string;
  /** logrotate, not the gateway, rotates the audit log. */
  readonly logrotate: boolean;
}

/** The shipped file, where it goes, and its mode. */
const shipped: readonly (readonly [part: Part, source: string, path: string, mode?: number])[] = [
  ['users', 'systemd/clawdbot-ops.sysusers.conf', '/etc/sysusers.d/clawdbot-ops.conf'],
  ['users', 'systemd/clawdbot-ops.tmpfiles.conf', '/etc/tmpfiles.d/clawdbot-ops.conf'],
  // Closed until systemd-tmpfiles gives it to the group of the gateway.
  ['configuration', 'ops.yaml', '/etc/clawdbot-ops/ops.yaml', 0o640],
  ['gateway', 'systemd/qwen-gateway.service', '/etc/systemd/system/qwen-gateway.service'],
  ['watch', 'systemd/clawdbot-ops-watch.service', '/etc/systemd/system/clawdbot-ops-watch.service'],
  // Not override.conf, which belongs to `systemctl edit ollama`.
  ['ollama', 'systemd/ollama-override.conf', '/etc/systemd/system/ollama.service.d/clawdbot-ops.conf'],
  ['nginx', 'nginx/snippets/clawdbot-headers.conf', '/etc/nginx/snippets/clawdbot-headers.conf'],
  ['nginx', 'nginx/snippets/clawdbot-proxy.conf', '/etc/nginx/snippets/clawdbot-proxy.conf'],
  ['nginx', 'nginx/clawdbot-unavailable.html', '/usr/share/clawdbot-ops/nginx/clawdbot-unavailable.html'],
  ['nginx', 'nginx/qwen3-prod.conf', '/etc/nginx/sites-available/qwen3-prod'],
  ['certbot', 'certbot/reload-nginx', '/etc/letsencrypt/renewal-hooks/deploy/reload-nginx', 0o755],
  ['logrotate', 'logrotate/clawdbot-ops', '/etc/logrotate.d/clawdbot-ops'],
];

/** The files of this host: those of deploy/, with its name for the article's. */
export function artefacts({ serverName, logrotate }: HostFacts): Promise<Artefact[]> {
  const wanted = shipped.filter(([part]) => part !== 'logrotate' || logrotate);
  return Promise.all(
    wanted.map(async ([part, source, path, mode = 0o644]) => {
      const text = await readFile(new URL(`deploy/${source}`, packageRoot), 'utf8');
      return { part, path, mode, text: text.replaceAll('ai.yourcompany.com', serverName) };
    }),
  );
}

/** The programs, which run the Node of their own package wherever they are called from. */
export const links: readonly Link[] = ['ops', 'qwen-gateway'].map((name) => ({
  path: `/usr/local/bin/${name}`,
  target: fileURLToPath(new URL(`bin/${name}`, packageRoot)),
}));
