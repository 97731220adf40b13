import { OpsError } from '../../src/errors.ts';
import type { OllamaTags } from '../../src/ollama.ts';
import type { Backend } from './backends.ts';
import { readTags } from './liveness.ts';

/**
 * The tag that a requested name means: the name itself, with `:latest`, or the only tag that ends in `/<name>` (the
 * article pulls `registry.internal/…/qwen3:32b` and asks for `qwen3:32b`).
 *
 * @throws OpsError `model_not_found`, or `model_ambiguous` that names the candidates.
 */
export function resolveModel(names: readonly string[], requested: string, alias: Readonly<Record<string, string>>) {
  const wanted = alias[requested] ?? requested;
  for (const exact of [wanted, `${wanted}:latest`]) if (names.includes(exact)) return exact;
  const candidates = names.filter((name) => name.endsWith(`/${wanted}`) || name.endsWith(`/${wanted}:latest`));
  const [only] = candidates;
  if (only === undefined) throw new OpsError('model_not_found', { model: requested, param: 'model' });
  if (candidates.length === 1) return only;
  throw new OpsError('model_ambiguous', { model: requested, candidates: candidates.join(', '), param: 'model' });
}

/** Age at which a list is read again in the background. */
const refreshAfterMs = 30_000;

interface Cached {
  readonly tags: OllamaTags;
  readonly at: number;
}

export interface ModelCatalog {
  /** The backend's models, never older than the last change that mattered. @throws UpstreamFailure */
  list(backend: Backend): Promise<OllamaTags>;
  /** The tag that `requested` means on this backend. A name that the list lacks is looked up anew. */
  resolve(backend: Backend, requested: string): Promise<string>;
}

/** Reads `/api/tags` of each backend and keeps it, so that a request waits for it only once. */
export function createModelCatalog(
  alias: Readonly<Record<string, string>>,
  withinMs: number,
  monotonic: () => number,
): ModelCatalog {
  const cache = new Map<Backend, Cached>();

  const list = async (backend: Backend): Promise<OllamaTags> => {
    const tags = await readTags(backend, withinMs);
    cache.set(backend, { tags, at: monotonic() });
    return tags;
  };

  const find = (tags: OllamaTags, requested: string) =>
    resolveModel(
      tags.models.map(({ name }) => name),
      requested,
      alias,
    );

  return {
    list,
    async resolve(backend, requested) {
      const cached = cache.get(backend);
      if (!cached) return find(await list(backend), requested);
      if (monotonic() - cached.at > refreshAfterMs) list(backend).catch(() => cache.delete(backend));
      try {
        return find(cached.tags, requested);
      } catch {
        return find(await list(backend), requested);
      }
    },
  };
}
