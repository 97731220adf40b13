import type { Part } from './artefacts.ts';

export interface Step {
  /** Why, in a few words. */
  readonly what: string;
  readonly commands: readonly string[];
}

/** The commands that make what was written take effect, in their order. Setup runs none of them. */
export function stepsAfter(written: ReadonlySet<Part>, first: boolean, serverName: string): Step[] {
  const lineage = `/etc/letsencrypt/live/${serverName}`;
  const all: readonly (readonly [boolean, string, ...string[]])[] = [
    [
      written.has('users'),
      'users, groups and folders',
      'systemd-sysusers clawdbot-ops.conf',
      'systemd-tmpfiles --create clawdbot-ops.conf',
    ],
    [
      first,
      'a key for the chat UI: its entry goes into /etc/clawdbot-ops/ops.yaml',
      'ops keys create --id clawdbot',
      'editor /etc/clawdbot-ops/ops.yaml',
      'ops config check',
    ],
    [written.has('gateway') || written.has('watch') || written.has('ollama'), 'services', 'systemctl daemon-reload'],
    [first, 'from now on and at every boot', 'systemctl enable qwen-gateway clawdbot-ops-watch'],
    [written.has('gateway'), 'the gateway', 'systemctl restart qwen-gateway'],
    [written.has('watch'), 'watch', 'systemctl restart clawdbot-ops-watch'],
    [written.has('ollama'), 'Ollama on loopback only', 'systemctl restart ollama'],
    [
      first,
      'the certificate, then the site that needs it',
      `certbot certonly --webroot -w /var/www/html -d ${serverName}`,
      'ln -sf ../sites-available/qwen3-prod /etc/nginx/sites-enabled/',
    ],
    [written.has('nginx'), 'Nginx', 'nginx -t && systemctl reload nginx'],
    [
      first,
      'the hook that certbot runs after each renewal, for the first time',
      `RENEWED_LINEAGE=${lineage} /etc/letsencrypt/renewal-hooks/deploy/reload-nginx`,
    ],
    [
      first,
      'the firewall: keep another login open while you load it',
      'ops firewall print > /etc/clawdbot-ops/firewall.nft',
      'nft -f /etc/clawdbot-ops/firewall.nft',
    ],
    [first, 'what holds, tried', 'ops status --wait 30s', 'ops security'],
  ];
  return all.flatMap(([needed, what, ...commands]) => (needed ? [{ what, commands }] : []));
}

/** The commands that take everything out again; logs, samples and the configuration are asked for by name. */
export function stepsToUninstall(paths: readonly string[]): Step[] {
  const own = (path: string) => !path.endsWith('/ops.yaml');
  return [
    { what: 'services', commands: ['systemctl disable --now qwen-gateway clawdbot-ops-watch'] },
    { what: 'Nginx', commands: ['rm -f /etc/nginx/sites-enabled/qwen3-prod'] },
    { what: 'files', commands: paths.filter(own).map((path) => `rm -f ${path}`) },
    { what: 'what reads them', commands: ['systemctl daemon-reload', 'nginx -t && systemctl reload nginx'] },
    { what: 'Ollama with its own settings again', commands: ['systemctl restart ollama'] },
    { what: 'the firewall rules', commands: ['nft delete table inet clawdbot_ops'] },
    { what: 'users', commands: ['userdel clawdbot-ops', 'userdel qwen-gateway'] },
    {
      what: 'configuration, incidents, samples and logs, if you want them gone too',
      commands: ['# rm -r /etc/clawdbot-ops /var/lib/clawdbot-ops /var/log/clawdbot-ops'],
    },
    { what: 'the program', commands: ['npm uninstall --global clawdbot-ops'] },
  ];
}
