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
      getJson<OllamaPs>(endpoint, '/api/ps', withinMs),
      getJson<{ version: string }>(endpoint, '/api/version', withinMs),
    ]);
    if (!Array.isArray(ps.models) || typeof version.version !== 'string') return { alive: false };
    return { alive: true, resident: ps.models.map(({ name }) => name) };
  } catch {
    return { alive: false };
  }
}

/** `GET /api/tags`. @throws UpstreamFailure */
export async function readTags(endpoint: Endpoint, withinMs: number): Promise<OllamaTags> {
  const tags = await getJson<OllamaTags>(endpoint, '/api/tags', withinMs);
  if (!Array.isArray(tags.models)) throw new UpstreamFailure('malformed', '/api/tags has no models');
  return tags;
}

async function getJson<Answer>(endpoint: Endpoint, path: string, withinMs: number): Promise<Answer> {
  const signal = AbortSignal.timeout(withinMs);
  try {
    const { statusCode, body } = await endpoint.pool.request({
      method: 'GET',
      path: endpoint.prefix + path,
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
