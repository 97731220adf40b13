import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { request as requestTls } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { stringify } from 'yaml';
import { type ClawdbotSimulator, startClawdbotSimulator } from '../../../src/demo/clawdbot-simulator.ts';
import { createGpuSimulator, type GpuSimulator } from '../../../src/demo/gpu-simulator.ts';
import type { InFlight, InFlightReply } from '../../../src/in-flight.ts';
import type { Diagnosis } from '../../../src/triage/diagnosis.ts';
import { type createAuthority, joined, type LeafOptions } from '../../checks/support/authority.ts';
import {
  answering,
  eventually,
  freePort,
  type RunningProgram,
  repository,
  startOps,
  startProgram,
  temporaryFolder,
} from '../../support/ops.ts';
import { nginxMain } from './nginx.ts';
import { type RealOllama, startRealOllama } from './ollama.ts';
import { findProgram } from './programs.ts';

const nginxProgram = findProgram('nginx') ?? 'nginx';

export interface SiteOptions {
  readonly authority: ReturnType<typeof createAuthority>;
  /** Folder of Ollama, whose models stay for the next site. */
  readonly ollamaHome: string;
  readonly ollama?: Readonly<Record<string, string>>;
  readonly gateway?: Readonly<Record<string, unknown>>;
  readonly certificate?: LeafOptions;
  /** Text of the shipped Nginx site before it is used; `ollama` is Ollama's base URL. */
  changeSite?(site: string, ollama: string): string;
}

/** What `ops triage --json` says, as far as the tests ask. */
export interface Told {
  readonly verdict: { readonly cause: string; readonly step: number; readonly evidence: readonly { text: string }[] };
  readonly also: readonly { readonly cause: string }[];
  readonly steps: readonly { readonly step: number; readonly state: string; readonly question: string }[];
  readonly sources: readonly { readonly kind: string; readonly state: string; readonly note?: string }[];
  readonly request?: Diagnosis['request'];
  readonly took_ms: number;
}

/** The whole path on one machine, real but for the GPU and the chat page: Nginx with the shipped site, gateway, Ollama. */
export interface Site {
  readonly folder: string;
  readonly ollama: RealOllama;
  readonly nginx: RunningProgram;
  readonly gateway: RunningProgram;
  readonly gpu: GpuSimulator;
  readonly clawdbot: ClawdbotSimulator;
  /** A chat of a browser through Nginx; the answer's status and text, 0 where no connection came about. */
  chat(body: object, headers?: Readonly<Record<string, string>>): Promise<{ status: number; text: string; id: string }>;
  /** A person opens the chat page and sends a message: Nginx → Clawdbot → gateway. */
  chatByClawdbot(message: string): Promise<void>;
  /** Whether the gateway has an open request such as this. */
  openRequests(such: (request: InFlight) => boolean): Promise<boolean>;
  triage(...args: string[]): Promise<Told>;
  close(): Promise<void>;
}

/** Starts a site in a folder of its own and on free ports. */
export async function startSite(options: SiteOptions): Promise<Site> {
  const folder = temporaryFolder('site');
  const [http = 0, https = 0, gatewayPort = 0, metrics = 0] = await Promise.all([0, 1, 2, 3].map(freePort));
  const gatewayUrl = `http://127.0.0.1:${gatewayPort}`;
  const ollama = await startRealOllama(options.ollama, options.ollamaHome);
  const gpu = await createGpuSimulator(join(folder, 'gpu'));
  const clawdbot = await startClawdbotSimulator({ apiBase: `${gatewayUrl}/v1`, apiKey: 'k', model: 'tiny' });
  const { gateway: changed = {} } = options;
  const configuration = {
    gateway: {
      listen: `127.0.0.1:${gatewayPort}`,
      metrics_listen: `127.0.0.1:${metrics}`,
      ollama_api: ollama.url,
      auth: { valid_keys: ['k'] },
      audit: { file: join(folder, 'audit.log') },
      ...changed,
    },
    triage: {
      logs: {
        'nginx-access': join(folder, 'access.log'),
        'nginx-error': join(folder, 'error.log'),
        'gateway-log': join(folder, 'audit.log'),
        'ollama-log': ollama.logFile,
        dmesg: join(folder, 'kernel.log'),
      },
      nginx_config: join(folder, 'nginx.conf'),
      web_ports: [https],
      nvidia_smi: gpu.command,
    },
  };
  writeFileSync(join(folder, 'ops.yaml'), stringify(configuration));
  writeFileSync(join(folder, 'kernel.log'), '');
  writeFileSync(join(folder, 'root.pem'), joined(options.authority.root));
  const gateway = startOps('gateway', configuration);
  const leaf = options.authority.leaf(options.certificate);
  copyFileSync(leaf.fullchain, join(folder, 'fullchain.pem'));
  copyFileSync(leaf.key, join(folder, 'privkey.pem'));
  const site = shippedSite(folder, { http, https, gateway: gatewayPort, ui: clawdbot.url });
  writeFileSync(join(folder, 'nginx.conf'), nginxMain(folder, options.changeSite?.(site, ollama.url) ?? site));
  const nginx = startProgram(nginxProgram, ['-p', folder, '-c', join(folder, 'nginx.conf'), '-g', 'daemon off;']);
  await answering(`${gatewayUrl}/health`, gateway);
  await eventually(
    'nginx',
    async () => (await fetch(`http://127.0.0.1:${http}/`, { redirect: 'manual' })).status === 301,
  );
  const ask = (path: string, method: string, body = '', headers: Readonly<Record<string, string>> = {}) =>
    exchange({ port: https, path, method, headers: { 'content-type': 'application/json', ...headers } }, body);
  return {
    ...{ folder, ollama, nginx, gateway, gpu, clawdbot },
    chat: (body, headers) =>
      ask('/v1/chat/completions', 'POST', JSON.stringify({ messages: [{ role: 'user', content: 'hi' }], ...body }), {
        'x-api-key': 'k',
        ...headers,
      }),
    async chatByClawdbot(message) {
      await ask('/api/chat/send', 'POST', JSON.stringify({ message }));
      await clawdbot.chat(message, 'alice').catch(() => undefined);
    },
    async openRequests(such) {
      const reply = (await (await fetch(`http://127.0.0.1:${metrics}/inflight`)).json()) as InFlightReply;
      return reply.requests.some(such);
    },
    triage: (...args) => runTriage(folder, args),
    async close() {
      await Promise.all([nginx.stop(), gateway.stop(), clawdbot.close()]);
      await ollama.stop();
    },
  };
}

interface Ports {
  readonly http: number;
  readonly https: number;
  readonly gateway: number;
  readonly ui: string;
}

/** deploy/nginx/qwen3-prod.conf with this site's ports and folder; nothing else changes. */
export function shippedSite(folder: string, { http, https, gateway, ui }: Ports): string {
  return readFileSync(join(repository, 'deploy/nginx/qwen3-prod.conf'), 'utf8')
    .replaceAll('server_name ai.yourcompany.com;', 'server_name localhost;')
    .replace('listen 80;', `listen 127.0.0.1:${http};`)
    .replace('listen 443 ssl', `listen 127.0.0.1:${https} ssl`)
    .replace('127.0.0.1:8080', new URL(ui).host)
    .replace('127.0.0.1:18789', `127.0.0.1:${gateway}`)
    .replaceAll('/etc/nginx/snippets/', join(repository, 'deploy/nginx/snippets/'))
    .replaceAll('/usr/share/clawdbot-ops/nginx', join(repository, 'deploy/nginx'))
    .replaceAll('/var/log/nginx/', `${folder}/`)
    .replaceAll('/etc/letsencrypt/live/ai.yourcompany.com/', `${folder}/`);
}

async function exchange(options: Parameters<typeof requestTls>[1] & object, body: string) {
  const outgoing = requestTls({ host: '127.0.0.1', rejectUnauthorized: false, agent: false, ...options });
  outgoing.end(body);
  try {
    const [reply] = await once(outgoing, 'response');
    return { status: Number(reply.statusCode), text: await text(reply), id: String(reply.headers['x-request-id']) };
  } catch (thrown) {
    return { status: 0, text: String(thrown), id: '' };
  }
}

/** `ops triage` as a user runs it; it ends with 1 where it found a fault, which is no failure of the run. */
function runTriage(folder: string, args: readonly string[]): Promise<Told> {
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: join(folder, 'root.pem') };
  const words = ['triage', '--config', join(folder, 'ops.yaml'), '--json', ...args];
  return new Promise((resolve, reject) => {
    execFile(join(repository, 'bin/ops'), words, { env }, (error, stdout, stderr) => {
      if (stdout !== '') resolve(JSON.parse(stdout));
      else reject(new Error(`ops triage said nothing: ${stderr}`, { cause: error }));
    });
  });
}
