import { chmod, mkdtemp, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { AuditLine } from '../../src/audit-line.ts';
import { systemClock } from '../../src/clock.ts';
import type { InFlight } from '../../src/in-flight.ts';
import type { Diagnosis } from '../../src/triage/diagnosis.ts';
import { type TriageOptions, triage } from '../../src/triage/triage.ts';

/** What stands in the logs and what the running parts answer; absent parts are down or missing. */
export interface World {
  readonly access?: readonly string[];
  readonly nginxError?: readonly string[];
  readonly audit?: readonly Partial<AuditLine>[];
  readonly ollamaLog?: readonly string[];
  readonly kernel?: readonly string[];
  readonly gateway?: 'up' | 'down';
  readonly ollama?: 'up' | 'down' | 'silent';
  readonly open?: readonly Partial<InFlight>[] | 'unreachable';
  readonly celsius?: number | 'missing';
}

export const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);

/** A line of nginx's combined format in UTC. */
export function accessLine(request: string, status: number, bytes = 512, at = minutesAgo(1)): string {
  const month = at.toLocaleString('en', { month: 'short', timeZone: 'UTC' });
  const [date = '', time = ''] = at.toISOString().split(/[T.]/);
  const [year, , day] = date.split('-');
  return `10.0.0.7 - - [${day}/${month}/${year}:${time} +0000] "${request} HTTP/1.1" ${status} ${bytes} "-" "Mozilla/5.0"`;
}

/** A line of Ollama's access log. */
export const gin = (seconds: string, at: Date, path = '/api/chat', status = 200) =>
  `[GIN] ${localTime(at).replace(' ', ' - ')} | ${status} | ${seconds} |       127.0.0.1 | POST     "${path}"`;

/** A moment as nginx's error log and Ollama's access log write it: local, without a zone. */
export function localTime(at = minutesAgo(1)): string {
  const two = (part: number) => String(part).padStart(2, '0');
  const date = `${at.getFullYear()}/${two(at.getMonth() + 1)}/${two(at.getDate())}`;
  return `${date} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

export function auditLine(fields: Partial<AuditLine>): string {
  const usual: Partial<AuditLine> = {
    type: 'audit',
    time: minutesAgo(1).toISOString(),
    request_id: 'r1',
    client_ip: '10.0.0.7',
    method: 'POST',
    path: '/v1/chat/completions',
    stream: true,
    status: 200,
    outcome: 'ok',
    response_time: 2,
    ttft: 0.6,
    queue_time: 0,
    decode_time: 1.4,
    probe: false,
    aborted: false,
  };
  return JSON.stringify({ ...usual, ...fields });
}

const servers: { close(): unknown }[] = [];

export function closeServers(): void {
  for (const server of servers.splice(0)) server.close();
}

/** Builds the world in a temporary folder and on free ports, as the options of triage. */
export async function build(world: World): Promise<TriageOptions> {
  const folder = await mkdtemp(path.join(tmpdir(), 'triage-'));
  const write = async (name: string, lines: readonly string[] | undefined) => {
    const file = path.join(folder, name);
    if (lines) await writeFile(file, lines.map((line) => `${line}\n`).join(''));
    return file;
  };
  const web = await listen(createTcpServer() as Server);
  return {
    clock: systemClock,
    config: {
      logs: {
        'nginx-access': await write('access.log', world.access),
        'nginx-error': await write('error.log', world.nginxError),
        'gateway-log': await write('gateway.log', world.audit?.map(auditLine)),
        'ollama-log': await write('ollama.log', world.ollamaLog ?? ['time=2020-01-01T00:00:00Z level=INFO msg=start']),
        dmesg: await write('kernel.log', world.kernel),
      },
      nginx_config: path.join(folder, 'nginx.conf'),
      path: 'auto',
      web_ports: [web],
      nvidia_smi: await fakeSmi(folder, world.celsius ?? 60),
    },
    endpoints: {
      gateway: await serve(world.gateway !== 'down', () => '{"status":"ok"}'),
      gatewayMetrics: await serve(world.open !== 'unreachable', () => inFlightReply(world.open)),
      ollama: [await ollamaServer(world.ollama ?? 'up')],
      page: 'http://127.0.0.1:1',
    },
  };
}

export async function triageOf(world: World, options: Partial<TriageOptions> = {}): Promise<Diagnosis> {
  return triage({ ...(await build(world)), ...options });
}

function inFlightReply(open: World['open']): string {
  const usual: InFlight = {
    request_id: 'r1',
    age: 1,
    phase: 'decode',
    phase_age: 1,
    backend: 'http://localhost:11434',
    model: 'qwen3:32b',
    stream: true,
    user_id: null,
    client_ip: '10.0.0.7',
  };
  return JSON.stringify({ requests: Array.isArray(open) ? open.map((fields) => ({ ...usual, ...fields })) : [] });
}

function ollamaServer(state: 'up' | 'down' | 'silent'): Promise<string> {
  if (state === 'silent') return serve(true, () => undefined);
  return serve(state === 'up', (url) => (url === '/api/version' ? '{"version":"0.32.15"}' : '{"models":[]}'));
}

/** A server on a free port; `undefined` as body means that it never answers; not `up` gives a port where nothing listens. */
async function serve(up: boolean, body: (url: string) => string | undefined): Promise<string> {
  const server = createServer((request, response) => {
    const text = body(request.url ?? '');
    if (text !== undefined) response.end(text);
  });
  const port = await listen(server);
  if (!up) {
    servers.splice(servers.indexOf(server), 1);
    await new Promise((resolve) => server.close(resolve));
  }
  return `http://127.0.0.1:${port}`;
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  servers.push(server);
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no address');
  return address.port;
}

async function fakeSmi(folder: string, celsius: number | 'missing'): Promise<string> {
  const file = path.join(folder, 'nvidia-smi');
  if (celsius === 'missing') return file;
  const help = '"index" "uuid" "name" "temperature.gpu"';
  const script = `#!/bin/sh\ncase "$1" in --help*) echo '${help}';; *) echo '0, GPU-1, NVIDIA A10, ${celsius}';; esac\n`;
  await writeFile(file, script);
  await chmod(file, 0o755);
  return file;
}
