import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OllamaChatRequest } from '../ollama.ts';
import { answerRecords, defaultScript, finalRecord, type Script, wordsOf } from './ollama-answer.ts';
import { failLoad, interrupt, refuse, wordsBeforeFault } from './ollama-faults.ts';
import { createOllamaLog } from './ollama-log.ts';
import { psEntry, type SimulatedModel, showEntry, tagEntry, withTag } from './ollama-models.ts';
import type { OllamaFault, OllamaSimulator, OllamaSimulatorOptions, SimulatedRequest } from './ollama-options.ts';
import { embed, parsed, send, stamp } from './ollama-reply.ts';

export type { OllamaFault, OllamaSimulator, OllamaSimulatorOptions, SimulatedRequest };

/** Starts a server that speaks Ollama's wire format on loopback, with faults that can be switched at run time. */
export async function startOllamaSimulator(options: OllamaSimulatorOptions = {}): Promise<OllamaSimulator> {
  const simulation = new Simulation(options);
  await simulation.listen(options.port ?? 0);
  return simulation;
}

class Simulation implements OllamaSimulator {
  readonly requests: SimulatedRequest[] = [];
  readonly #options: OllamaSimulatorOptions;
  readonly #models: readonly SimulatedModel[];
  readonly #loaded = new Set<string>();
  readonly #script: Script;
  readonly #log: ReturnType<typeof createOllamaLog>;
  #server: Server;
  #port = 0;
  #fault: OllamaFault = 'none';

  constructor(options: OllamaSimulatorOptions) {
    this.#options = options;
    this.#models = (options.models ?? ['qwen3:32b']).map((model) =>
      typeof model === 'string' ? { name: withTag(model) } : { ...model, name: withTag(model.name) },
    );
    for (const name of options.loaded ?? this.#models.map((model) => model.name)) this.#loaded.add(withTag(name));
    this.#script = {
      words: options.answer === undefined ? defaultScript.words : wordsOf(options.answer),
      thinking: wordsOf(options.thinking ?? ''),
    };
    this.#log = createOllamaLog(options.logFile);
    this.#server = this.#createServer();
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get port(): number {
    return this.#port;
  }

  get fault(): OllamaFault {
    return this.#fault;
  }

  set fault(fault: OllamaFault) {
    const before = this.#fault;
    this.#fault = fault;
    if (fault === 'refuse' && before !== 'refuse') this.#stop();
    if (fault !== 'refuse' && before === 'refuse') {
      this.#server = this.#createServer();
      this.#server.listen(this.#port, '127.0.0.1');
    }
  }

  get chats(): OllamaChatRequest[] {
    return this.requests.filter(({ path }) => path === '/api/chat').map(({ body }) => body as OllamaChatRequest);
  }

  async listen(port: number): Promise<void> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
    this.#log.message('INFO', 'routes.go:2008', `Listening on 127.0.0.1:${this.#port} (version 0.32.15)`);
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#stop();
    await closed;
  }

  #stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #createServer(): Server {
    return createServer((request, response) => {
      this.#serve(request, response).catch(() => response.destroy());
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const started = performance.now();
    const path = request.url ?? '/';
    const method = request.method ?? 'GET';
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const record: SimulatedRequest = { method, path, headers: request.headers, body: parsed(text), aborted: false };
    this.requests.push(record);
    response.once('close', () => {
      record.aborted = !response.writableFinished;
      const client = request.socket.remoteAddress ?? '127.0.0.1';
      this.#log.access(response.statusCode, performance.now() - started, client, method, path);
    });
    if (this.#fault !== 'silent') await this.#answer(path, record.body, response);
  }

  async #answer(path: string, body: unknown, response: ServerResponse): Promise<void> {
    if (path === '/') {
      response.setHeader('content-type', 'text/plain; charset=utf-8');
      response.end('Ollama is running');
    } else if (path === '/api/version') send(response, 200, { version: '0.32.15' });
    else if (path === '/api/tags') send(response, 200, { models: this.#models.map(tagEntry) });
    else if (path === '/api/ps') send(response, 200, { models: this.#resident() });
    else if (body === undefined) send(response, 400, { error: 'unexpected EOF' });
    else if (path === '/api/show') this.#withModel(body, response, (model) => send(response, 200, showEntry(model)));
    else if (path === '/api/embed' || path === '/api/chat') await this.#work(path, body, response);
    else send(response, 404, { error: 'not found' });
  }

  #resident() {
    const expires = Date.now() + 300_000;
    return this.#models.filter(({ name }) => this.#loaded.has(name)).map((model) => psEntry(model, expires));
  }

  #find(body: unknown): SimulatedModel | undefined {
    const name = typeof body === 'object' && body !== null && 'model' in body ? withTag(String(body.model)) : '';
    return this.#models.find((model) => model.name === name);
  }

  #withModel(body: unknown, response: ServerResponse, then: (model: SimulatedModel) => void): void {
    const model = this.#find(body);
    if (model) then(model);
    else send(response, 404, { error: `model '${(body as { model?: string }).model ?? ''}' not found` });
  }

  /** `/api/chat` and `/api/embed`. */
  async #work(path: string, body: unknown, response: ServerResponse): Promise<void> {
    const model = this.#find(body);
    if (!model) return this.#withModel(body, response, () => {});
    if (refuse(this.#fault, response)) return;
    const load = await this.#load(model, response);
    if (response.writableEnded || response.destroyed) return;
    const request = body as OllamaChatRequest;
    if (path === '/api/chat' && !request.messages?.length) {
      const message = { role: 'assistant', content: '' };
      return send(response, 200, { ...stamp(request), message, done: true, done_reason: 'load' });
    }
    const { firstTokenMs = 5, slowFirstTokenMs = 10_000 } = this.#options;
    const prefill = this.#fault === 'slow-first-token' ? slowFirstTokenMs : firstTokenMs;
    await sleep(prefill);
    if (response.destroyed) return;
    if (path === '/api/chat') await this.#generate(request, response, { load, prefill });
    else if (this.#fault === 'garbage') response.end('<html>not Ollama</html>\n');
    else embed(model, body, response);
  }

  /** Milliseconds that the load took, 0 when the model was in memory. A load that fails ends the response. */
  async #load(model: SimulatedModel, response: ServerResponse): Promise<number> {
    if (this.#loaded.has(model.name)) return 0;
    const { loadMs = 50 } = this.#options;
    this.#log.message('INFO', 'llama_server.go:1048', 'loading model via llama-server', `model=${model.name}`);
    await sleep(loadMs);
    if (failLoad(this.#fault, response)) return loadMs;
    const seconds = (loadMs / 1000).toFixed(2);
    this.#log.message('INFO', 'llama_server.go:1362', `llama-server started in ${seconds} seconds`);
    this.#loaded.add(model.name);
    return loadMs;
  }

  async #generate(
    request: OllamaChatRequest,
    response: ServerResponse,
    times: { load: number; prefill: number },
  ): Promise<void> {
    const line = (record: object) => response.write(`${JSON.stringify({ ...stamp(request), ...record })}\n`);
    const records = answerRecords(request, this.#script);
    const started = performance.now();
    response.setHeader('content-type', 'application/x-ndjson');
    for (const [index, record] of records.entries()) {
      if (index === wordsBeforeFault && interrupt(this.#fault, response, this.#log)) return;
      line(record);
      await sleep(1000 / (this.#options.tokensPerSecond ?? 1000));
      if (response.destroyed) return;
    }
    const complete = records.length < (Number(request.options?.['num_predict']) || Number.POSITIVE_INFINITY);
    line(finalRecord(request, records.length, complete, { ...times, decode: performance.now() - started }));
    response.end();
  }
}
