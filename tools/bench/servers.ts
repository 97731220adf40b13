import { type ChildProcess, fork, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { childrenOf } from './proc-stat.ts';
import { apiKey } from './wire.ts';

/** A running server under test. */
export interface Server {
  readonly name: string;
  readonly port: number;
  /** The process that does the work. */
  readonly pid: number;
  /** Ends it in order, so that a profile is written. */
  stop(): Promise<void>;
}

const program = (name: string) => fileURLToPath(new URL(name, import.meta.url));

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

/** Starts one of our own programs, which tells its port when it listens. */
async function forked(name: string, file: string, args: readonly string[] = []): Promise<Server> {
  const child = fork(program(file), args, { stdio: 'inherit' });
  const [port] = (await once(child, 'message')) as [number];
  return { name, port, pid: Number(child.pid), stop: () => stopped(child) };
}

export const startMock = () => forked('mock', './mock-ollama.ts');

export const startPassThrough = (mock: Server) =>
  forked('pass-through', './pass-through.ts', [`http://127.0.0.1:${mock.port}`]);

export interface GatewayRun {
  /** Flags of Node in the place of those that `bin/ops` gives it; none: as it is started in earnest. */
  readonly nodeFlags: readonly string[];
  readonly folder: string;
}

/** Starts the gateway with every guard on and its limits out of the way of the load. */
export async function startGateway(mock: Server, { nodeFlags, folder }: GatewayRun): Promise<Server> {
  const port = await freePort();
  const configuration = {
    listen: `127.0.0.1:${port}`,
    metrics_listen: `127.0.0.1:${await freePort()}`,
    ollama_api: `http://127.0.0.1:${mock.port}`,
    auth: { valid_keys: [{ id: 'bench', sha256: createHash('sha256').update(apiKey).digest('hex') }] },
    whitelist: { enabled: true, ips: ['127.0.0.0/8'] },
    rate_limit: { max_requests: 1_000_000_000 },
    limits: { max_in_flight: 20_000 },
    audit: { file: join(folder, 'audit.log') },
  };
  const file = join(folder, 'ops.yaml');
  writeFileSync(file, stringify(configuration));
  const launch =
    nodeFlags.length === 0 ? [program('../../bin/ops')] : [process.execPath, ...nodeFlags, program('../../bin/ops.js')];
  const [command = '', ...args] = [...launch, 'gateway', '--config', file];
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'ignore'] });
  await answering(`http://127.0.0.1:${port}/health`);
  return { name: 'gateway', port, pid: Number(child.pid), stop: () => stopped(child) };
}

const nginxProgram = '/usr/sbin/nginx';

/** Starts Debian's nginx as a proxy with one worker; undefined where it is not installed. */
export async function startNginx(mock: Server, folder: string): Promise<Server | undefined> {
  if (!existsSync(nginxProgram)) return undefined;
  const port = await freePort();
  mkdirSync(join(folder, 'temporary'));
  writeFileSync(join(folder, 'nginx.conf'), nginxConfiguration(port, mock.port));
  const child = spawn(nginxProgram, ['-p', folder, '-c', 'nginx.conf', '-e', 'error.log'], { stdio: 'inherit' });
  await answering(`http://127.0.0.1:${port}/health`);
  const [worker] = childrenOf(Number(child.pid));
  return { name: 'nginx', port, pid: Number(worker), stop: () => stopped(child) };
}

const nginxConfiguration = (port: number, upstream: number) => `daemon off;
worker_processes 1;
pid nginx.pid;
events { worker_connections 16384; }
http {
  access_log access.log;
  client_body_temp_path temporary/body;
  proxy_temp_path temporary/proxy;
  fastcgi_temp_path temporary/fastcgi;
  uwsgi_temp_path temporary/uwsgi;
  scgi_temp_path temporary/scgi;
  keepalive_requests 1000000;
  upstream ollama { server 127.0.0.1:${upstream}; keepalive 256; keepalive_requests 1000000; }
  server {
    listen 127.0.0.1:${port} backlog=8192;
    location = /health { return 200; }
    location = /v1/chat/completions {
      proxy_pass http://ollama/api/chat;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffering off;
    }
  }
}
`;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}

async function answering(url: string): Promise<void> {
  for (let left = 100; left > 0; left -= 1) {
    const reply = await fetch(url).catch(() => undefined);
    if (reply?.ok) return;
    await sleep(100);
  }
  throw new Error(`${url} did not answer within 10 s`);
}
