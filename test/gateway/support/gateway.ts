import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { gatewaySchema } from '../../../gateway/config.ts';
import { type Gateway, type GatewayInput, startGateway } from '../../../gateway/main.ts';
import { type AuditLine, parseAuditLine } from '../../../src/audit-line.ts';
import {
  type OllamaSimulator,
  type OllamaSimulatorOptions,
  startOllamaSimulator,
} from '../../../src/demo/ollama-simulator.ts';
import { createLog } from '../../../src/telemetry/log.ts';

export const key = 'test-key';

export interface Rig {
  readonly gateway: Gateway;
  readonly ollama: OllamaSimulator;
  /** Lines of the audit log once there are at least `count`. */
  audit(count: number): Promise<AuditLine[]>;
  /** `POST /v1/chat/completions` with the valid key. */
  chat(body?: object, init?: RequestInit): Promise<Response>;
  metrics(): Promise<string>;
}

export interface RigOptions {
  /** The gateway section, as a file would give it. */
  readonly config?: Record<string, unknown>;
  readonly ollama?: OllamaSimulatorOptions;
  readonly input?: Partial<GatewayInput>;
}

/** A gateway in front of a simulator, both on free ports, ended with the test. */
export async function startRig({ config = {}, ollama: options = {}, input = {} }: RigOptions = {}): Promise<Rig> {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-'));
  const file = join(folder, 'audit.log');
  const ollama = await startOllamaSimulator(options);
  const gateway = await startGateway({
    config: gatewaySchema.parse({
      listen: '127.0.0.1:0',
      metrics_listen: '127.0.0.1:0',
      ollama_api: ollama.url,
      auth: { valid_keys: [key] },
      audit: { file },
      ...config,
    }),
    telemetry: {},
    log: createLog('fatal', 'test'),
    drainMs: 200,
    ...input,
  });
  onTestFinished(async () => {
    await gateway.close();
    await ollama.close();
    await rm(folder, { recursive: true });
  });
  return {
    gateway,
    ollama,
    async audit(count) {
      const read = async () => {
        const lines = (await readFile(file, 'utf8')).split('\n').map(parseAuditLine);
        return lines.filter((line) => line !== undefined);
      };
      await vi.waitUntil(async () => (await read()).length >= count, { timeout: 10_000, interval: 10 });
      return read();
    },
    chat: (body = {}, init = {}) =>
      fetch(`${gateway.address}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'x-api-key': key, ...init.headers },
        body: JSON.stringify({ model: 'qwen3:32b', messages: [{ role: 'user', content: 'hi' }], ...body }),
        ...(init.signal ? { signal: init.signal } : {}),
      }),
    async metrics() {
      return (await fetch(`${gateway.metricsAddress}/metrics`)).text();
    },
  };
}

/** The data of the server-sent events of a body, `[DONE]` as a text. */
export function events(body: string): unknown[] {
  const data = body.split('\n').filter((line) => line.startsWith('data: '));
  return data.map((line) => (line === 'data: [DONE]' ? '[DONE]' : JSON.parse(line.slice(6))));
}
