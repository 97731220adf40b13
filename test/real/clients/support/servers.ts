import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gatewaySchema } from '../../../../gateway/config.ts';
import { startGateway } from '../../../../gateway/main.ts';
import { type AuditLine, parseAuditLine } from '../../../../src/audit-line.ts';
import { createLog } from '../../../../src/telemetry/log.ts';
import { startRealOllama } from '../../support/ollama.ts';

/** Where a client is pointed to. */
export interface Server {
  /** With `/v1`. */
  readonly url: string;
  readonly key: string;
}

export interface Servers {
  /** As it is by default: `model` and `created` are stripped. */
  readonly filtered: Server;
  /** With `response_filter.strip: []`. */
  readonly complete: Server;
  /** Has answered the only request that its window admits. */
  readonly exhausted: Server;
  /** Finished lines of all of them. */
  audit(): Promise<AuditLine[]>;
  /** Ollama's log. */
  ollamaLog(): Promise<string>;
  close(): Promise<void>;
}

/** A real Ollama with three gateways before it. */
export async function startServers(): Promise<Servers> {
  const folder = await mkdtemp(join(tmpdir(), 'clients-'));
  const ollama = await startRealOllama();
  const file = join(folder, 'audit.log');
  const key = 'test-key';
  const start = (config: object) =>
    startGateway({
      config: gatewaySchema.parse({
        listen: '127.0.0.1:0',
        metrics_listen: '127.0.0.1:0',
        ollama_api: ollama.url,
        auth: { valid_keys: [key] },
        rate_limit: { enabled: false },
        audit: { file },
        ...config,
      }),
      telemetry: {},
      log: createLog('fatal', 'test'),
    });
  const gateways = [
    await start({}),
    await start({ response_filter: { strip: [] } }),
    await start({ rate_limit: { max_requests: 1 } }),
  ] as const;
  const [filtered, complete, exhausted] = gateways.map(({ address }) => ({ url: `${address}/v1`, key })) as Three;
  await exhaust(exhausted);
  return {
    filtered,
    complete,
    exhausted,
    async audit() {
      const lines = (await readFile(file, 'utf8')).split('\n').map(parseAuditLine);
      return lines.filter((line) => line !== undefined).filter(({ type }) => type === 'audit');
    },
    ollamaLog: () => readFile(ollama.logFile, 'utf8'),
    async close() {
      await Promise.all(gateways.map((gateway) => gateway.close({ now: true })));
      await ollama.stop();
      await rm(folder, { recursive: true });
    },
  };
}

type Three = [Server, Server, Server];

async function exhaust({ url, key }: Server): Promise<void> {
  const body = JSON.stringify({ model: 'tiny', messages: [{ role: 'user', content: 'hi' }] });
  const headers = { authorization: `Bearer ${key}` };
  await (await fetch(`${url}/chat/completions`, { method: 'POST', headers, body })).text();
}
