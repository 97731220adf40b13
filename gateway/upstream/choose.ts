import type { Backend } from './backends.ts';
import type { Fit } from './residency.ts';

/** What a request needs of a backend. */
export interface Need {
  /** The backends that have the model, each with its own tag. */
  readonly tags: ReadonlyMap<Backend, string>;
  readonly numCtx: number | undefined;
}

/** The model with the same context first; a backend that would have to throw out a context in use comes last. */
const order: Readonly<Record<Fit, number>> = { warm: 0, unknown: 1, cold: 2, other_context: 3 };

/**
 * The backend for a request: the one that has the model in memory, then the one with the fewest requests. `suits` takes
 * backends out.
 */
export function choose({ tags, numCtx }: Need, suits: (backend: Backend, fit: Fit) => boolean): Backend | undefined {
  let best: Backend | undefined;
  let bestRank = Number.POSITIVE_INFINITY;
  for (const [backend, tag] of tags) {
    if (!backend.available) continue;
    const fit = backend.residency.fit(tag, numCtx);
    if (!suits(backend, fit)) continue;
    const rank = order[fit];
    if (rank > bestRank || (rank === bestRank && best !== undefined && best.inFlight <= backend.inFlight)) continue;
    best = backend;
    bestRank = rank;
  }
  return best;
}
