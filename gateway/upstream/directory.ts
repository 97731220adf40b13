import { OpsError } from '../../src/errors.ts';
import type { OllamaTags } from '../../src/ollama.ts';
import type { Backend } from './backends.ts';
import { UpstreamFailure } from './failure.ts';
import type { ModelCatalog } from './models.ts';

export const noBackend = () => new OpsError('service_unavailable', { seconds: 1, reason: 'breaker' });

/** Which backends have which model, over all that may be asked now. Throws client errors only. */
export class Directory {
  readonly #all: readonly Backend[];
  readonly #catalog: ModelCatalog;

  constructor(all: readonly Backend[], catalog: ModelCatalog) {
    this.#all = all;
    this.#catalog = catalog;
  }

  /** The backends that have a model, each with its own tag. From memory where one is known to have it. */
  locate(name: string): Map<Backend, string> | Promise<Map<Backend, string>> {
    const tags = new Map<Backend, string>();
    const available = this.#available();
    for (const backend of available) {
      const tag = this.#catalog.recall(backend, name);
      if (tag !== undefined) tags.set(backend, tag);
    }
    return tags.size > 0 ? tags : this.#ask(name, available);
  }

  /** The models of all backends that answer, each name once. */
  async models(): Promise<OllamaTags> {
    const lists = await Promise.allSettled(
      this.#available().map((backend) => this.#counted(backend, this.#catalog.list(backend))),
    );
    const read = lists.filter((list) => list.status === 'fulfilled');
    if (read.length === 0) throw clientError(reasonsOf(lists), '');
    const models = read.flatMap(({ value }) => value.models.map((model) => [model.name, model] as const));
    return { models: [...new Map(models).values()] };
  }

  /** @throws OpsError `invalid_request` where the model cannot read images: some servers ignore them without a word */
  async requireVision(backend: Backend, tag: string, model: string): Promise<void> {
    if (await this.#catalog.supports(backend, tag, 'vision')) return;
    const message = `messages: the model ${JSON.stringify(model)} does not read images`;
    throw new OpsError('invalid_request', { message, param: 'messages' });
  }

  async #ask(name: string, available: readonly Backend[]): Promise<Map<Backend, string>> {
    const tags = new Map<Backend, string>();
    const asked = await Promise.allSettled(
      available.map(async (backend) => {
        tags.set(backend, await this.#counted(backend, this.#catalog.resolve(backend, name)));
      }),
    );
    if (tags.size === 0) throw clientError(reasonsOf(asked), name);
    return tags;
  }

  async #counted<Answer>(backend: Backend, asked: Promise<Answer>): Promise<Answer> {
    try {
      return await asked;
    } catch (thrown) {
      if (thrown instanceof UpstreamFailure) backend.failed(thrown);
      throw thrown;
    }
  }

  #available(): Backend[] {
    const available = this.#all.filter((backend) => backend.available);
    if (available.length === 0) throw noBackend();
    return available;
  }
}

const reasonsOf = (results: readonly PromiseSettledResult<unknown>[]): unknown[] =>
  results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));

/** A backend that could not be asked may have what the others lack: its failure comes first. */
function clientError(reasons: readonly unknown[], name: string): unknown {
  const failure = reasons.find((reason) => reason instanceof UpstreamFailure);
  return failure?.toClientError(name) ?? reasons[0];
}
