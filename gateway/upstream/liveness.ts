import type { Pool } from 'undici';
import type { OllamaPs, OllamaTags } from '../../src/ollama.ts';
import { fromNetwork, fromStatus, UpstreamFailure } from './failure.ts';

/** Where a backend answers. */
export interface Endpoint {
  readonly pool: Pool;
  /** Path before `/api`, for an Ollama behind a prefix. */
  readonly prefix: string;
}

/** What a probe found out about a backend. */
export type Liveness = { readonly alive: false } | { readonly alive: true; readonly resident: readonly string[] };

/** Asks `/api/ps` and `/api/version`; a backend that gives valid JSON to both within `withinMs` is alive. */
export async function probe(endpoint: Endpoint, withinMs: number): Promise<Liveness> {
  try {
    const [ps, version] = await Promise.all([
      readPs(endpoint, withinMs),
      askJson<{ version: string }>(endpoint, { path: '/api/version', withinMs }),
    ]);
    if (typeof version.version !== 'string') return { alive: false };
    return { alive: true, resident: ps.models.map(({ name }) => name) };
  } catch {
    return { alive: false };
  }
}

/** `GET /api/ps`. @throws UpstreamFailure */
export async function readPs(endpoint: Endpoint, withinMs: number): Promise<OllamaPs> {
  return withModels(await askJson<OllamaPs>(endpoint, { path: '/api/ps', withinMs }), '/api/ps');
}

/** `GET /api/tags`. @throws UpstreamFailure */
export async function readTags(endpoint: Endpoint, withinMs: number): Promise<OllamaTags> {
  return withModels(await askJson<OllamaTags>(endpoint, { path: '/api/tags', withinMs }), '/api/tags');
}

/** What a model can do, by `POST /api/show`, which loads nothing; undefined on servers that do not tell. */
export async function readCapabilities(
  endpoint: Endpoint,
  model: string,
  withinMs: number,
): Promise<readonly string[] | undefined> {
  const question = { path: '/api/show', withinMs, body: { model } };
  return (await askJson<{ capabilities?: string[] }>(endpoint, question)).capabilities;
}

function withModels<Answer extends { models: unknown }>(answer: Answer, path: string): Answer {
  if (!Array.isArray(answer?.models)) throw new UpstreamFailure('malformed', `${path} has no models`);
  return answer;
}

interface Question {
  readonly path: string;
  readonly withinMs: number;
  /** Makes it a POST. */
  readonly body?: object;
}

async function askJson<Answer>(endpoint: Endpoint, { path, withinMs, body: question }: Question): Promise<Answer> {
  const signal = AbortSignal.timeout(withinMs);
  try {
    const { statusCode, body } = await endpoint.pool.request({
      method: question ? 'POST' : 'GET',
      path: endpoint.prefix + path,
      ...(question ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(question) } : {}),
      signal,
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    const text = await body.text();
    if (statusCode !== 200) throw fromStatus(statusCode, text);
    return JSON.parse(text) as Answer;
  } catch (thrown) {
    if (signal.aborted) throw new UpstreamFailure('silence', `no answer to ${path} in ${withinMs} ms`);
    if (thrown instanceof SyntaxError) throw new UpstreamFailure('malformed', `${path} is not JSON`, { cause: thrown });
    throw fromNetwork(thrown);
  }
}
