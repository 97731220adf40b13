import type { OllamaPs, OllamaTags } from '../ollama.ts';
import { getHttp } from './http.ts';

export interface OllamaAnswer {
  readonly version: string;
  readonly models: OllamaTags['models'];
  readonly loaded: OllamaPs['models'];
  /** Milliseconds that `/api/version` took. */
  readonly ms: number;
}

/** Asks one Ollama what it is, has and runs. Throws `probe_failed`, naming the URL that did not answer. */
export async function askOllama(base: string, timeoutMs: number): Promise<OllamaAnswer> {
  const [version, tags, ps] = await Promise.all(
    ['/api/version', '/api/tags', '/api/ps'].map((path) => getHttp(new URL(path, base).href, { timeoutMs })),
  );
  return {
    version: field<string>(version?.body, 'version') ?? '',
    models: field<OllamaTags['models']>(tags?.body, 'models') ?? [],
    loaded: field<OllamaPs['models']>(ps?.body, 'models') ?? [],
    ms: version?.ms ?? 0,
  };
}

function field<Value>(body: string | undefined, name: string): Value | undefined {
  try {
    return JSON.parse(body ?? '')[name];
  } catch {
    return undefined;
  }
}
