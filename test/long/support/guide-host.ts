import { execFileSync } from 'node:child_process';
import { basename, join } from 'node:path';
import { shared } from '../../real/support/ollama.ts';
import { findProgram } from '../../real/support/programs.ts';
import type { Debian } from './debian.ts';

export const pebble = findProgram('pebble');

/** Public name of the site. */
export const site = 'chat.example.org';

/** What the guide takes for granted: Ollama as its installer sets it up, a chat UI, a certificate authority, a name. */
export function putSurroundings(debian: Debian, tarball: string): void {
  debian.copy(tarball, `/root/${basename(tarball)}`);
  const archive = join(shared, 'real-ollama/ollama-0.32.15-linux-amd64.tar.xz');
  execFileSync('tar', ['-xJf', archive, '-C', join(debian.root, 'usr/local')]);
  execFileSync('tar', ['-xJf', join(shared, 'real-ollama/gguf.tar.xz'), '-C', join(debian.root, 'root')]);
  debian.copy(join(shared, 'real-ollama/modelfiles/Modelfile.tiny'), '/root/Modelfile.tiny');
  debian.put('/etc/systemd/system/ollama.service', unit('User=ollama\nExecStart=/usr/local/bin/ollama serve'));
  debian.put('/root/ui.py', chatUi);
  debian.put('/etc/systemd/system/clawdbot.service', unit('ExecStart=python3 /root/ui.py'));
  debian.copy(pebble ?? '', '/usr/local/bin/pebble');
  debian.put('/root/pebble.json', JSON.stringify({ pebble: pebbleConfiguration }));
  debian.put(
    '/etc/systemd/system/pebble.service',
    // Pebble refuses one good nonce in twenty unless it is told not to.
    unit(
      'Environment=PEBBLE_VA_NOSLEEP=1 PEBBLE_WFE_NONCEREJECT=0\nExecStart=/usr/local/bin/pebble -config /root/pebble.json',
    ),
  );
  debian.put(
    '/etc/letsencrypt/cli.ini',
    'server = https://localhost:14000/dir\nno-verify-ssl = true\n' +
      'no-random-sleep-on-renew = true\nagree-tos = true\nnon-interactive = true\nregister-unsafely-without-email = true\n',
  );
  debian.put('/etc/hosts', `127.0.0.1 localhost ${site}\n::1 localhost\n`);
  // The person at the editor puts the entry that was printed before into the file.
  debian.put(
    '/usr/local/bin/editor',
    `#!/bin/sh
entry=$(grep -o '{ id: "clawdbot".*}' /root/run/step-3.out)
sed -i "s/valid_keys: \\[\\]/valid_keys: [$entry]/" "$1"
`,
    0o755,
  );
  debian.prepare(`useradd -r -U -m -d /usr/share/ollama ollama
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout /root/pebble.key -out /root/pebble.crt
    systemctl enable ollama clawdbot pebble nginx
    # The booted machine has no network: npm finds there what it fetched here.
    npm install --global /root/${basename(tarball)} && npm uninstall --global clawdbot-ops
    npm config set offline true`);
}

/** Waits for Ollama and gives it a model; has the machine trust its certificate authority. */
export const models = `curl -sk --retry 30 --retry-delay 1 --retry-connrefused https://localhost:15000/roots/0 https://localhost:15000/intermediates/0 >>/etc/ssl/certs/ca-certificates.crt
for _ in {1..150}; do curl -fs http://127.0.0.1:11434/ && break; sleep 0.2; done
cd /root && ollama create tiny -f /root/Modelfile.tiny`;

const unit = (service: string) => `[Service]\n${service}\n[Install]\nWantedBy=multi-user.target\n`;

const chatUi = `from http.server import BaseHTTPRequestHandler, HTTPServer
class UI(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"status":"ok"}')
    def do_POST(self):
        self.send_error(404)
HTTPServer(('127.0.0.1', 8080), UI).serve_forever()
`;

const pebbleConfiguration = {
  listenAddress: '127.0.0.1:14000',
  managementListenAddress: '127.0.0.1:15000',
  certificate: '/root/pebble.crt',
  privateKey: '/root/pebble.key',
  httpPort: 80,
  tlsPort: 443,
};
