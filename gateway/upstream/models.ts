import { OpsError } from '../../src/errors.ts';
import type { OllamaTags } from '../../src/ollama.ts';
import type { Backend } from './backends.ts';
import { UpstreamFailure } from './failure.ts';
import { readCapabilities, readTags } from './liveness.ts';

type Alias = Readonly<Record<string, string>>;

/**
 * The tag that a requested name means: the name itself, with `:latest`, or the only tag that ends in `/<name>` (the
 * article pulls `registry.internal/…/qwen3:32b` and asks for `qwen3:32b`).
 *
 * @throws OpsError `model_not_found`, or `model_ambiguous` that names the candidates.
 */
export function resolveModel(names: readonly string[], requested: string, alias: Alias): string {
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

interface Known {
  readonly tags: OllamaTags;
  readonly at: number;
  readonly alias: Alias;
  /** Requested name → tag; filled as names are asked for, the list's own size being its bound. */
  readonly found: Map<string, string>;
  readonly capabilities: Map<string, Promise<readonly string[] | undefined>>;
}

/** Which backend has which model: `/api/tags` of each, kept so that a request waits for it only once. */
export class ModelCatalog {
  readonly #alias: () => Alias;
  readonly #withinMs: () => number;
  readonly #monotonic: () => number;
  readonly #known = new Map<Backend, Known>();
  readonly #reading = new Map<Backend, Promise<OllamaTags>>();

  constructor(alias: () => Alias, withinMs: () => number, monotonic: () => number) {
    this.#alias = alias;
    this.#withinMs = withinMs;
    this.#monotonic = monotonic;
  }

  /** The backend's models as they are now. @throws UpstreamFailure */
  list(backend: Backend): Promise<OllamaTags> {
    const reading =
      this.#reading.get(backend) ??
      readTags(backend, this.#withinMs())
        .then((tags) => {
          const fresh = {
            tags,
            at: this.#monotonic(),
            alias: this.#alias(),
            found: new Map(),
            capabilities: new Map(),
          };
          this.#known.set(backend, fresh);
          return tags;
        })
        .finally(() => this.#reading.delete(backend));
    this.#reading.set(backend, reading);
    return reading;
  }

  /** The tag that `requested` means on this backend, from memory; undefined where that is not enough to know. */
  recall(backend: Backend, requested: string): string | undefined {
    const known = this.#known.get(backend);
    if (!known || known.alias !== this.#alias()) return undefined;
    if (this.#monotonic() - known.at > refreshAfterMs) this.list(backend).catch(() => this.#known.delete(backend));
    const before = known.found.get(requested);
    if (before !== undefined) return before;
    try {
      const tag = this.#find(known.tags, requested);
      if (known.found.size < 1000) known.found.set(requested, tag);
      return tag;
    } catch {
      return undefined;
    }
  }

  /** The same, after a new look at the list. @throws UpstreamFailure, OpsError `model_not_found`, `model_ambiguous` */
  async resolve(backend: Backend, requested: string): Promise<string> {
    return this.recall(backend, requested) ?? this.#find(await this.list(backend), requested);
  }

  /** Whether a model can do a thing, such as `vision`; true on servers that do not tell. */
  async supports(backend: Backend, tag: string, capability: string): Promise<boolean> {
    const known = this.#known.get(backend);
    const asked = known?.capabilities.get(tag) ?? readCapabilities(backend, tag, this.#withinMs());
    known?.capabilities.set(tag, asked);
    try {
      return (await asked)?.includes(capability) ?? true;
    } catch (thrown) {
      known?.capabilities.delete(tag);
      if (thrown instanceof UpstreamFailure) return true;
      throw thrown;
    }
  }

  #find(tags: OllamaTags, requested: string): string {
    return resolveModel(
      tags.models.map(({ name }) => name),
      requested,
      this.#alias(),
    );
  }
}
