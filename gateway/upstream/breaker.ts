/** Failures in a row that open the breaker. */
export const failuresToOpen = 3;

/** Time between the probes of an open breaker. */
export const probeEveryMs = 1000;

export type BreakerState =
  | { readonly name: 'closed'; readonly failures: number }
  | { readonly name: 'open'; readonly since: number }
  | { readonly name: 'half_open'; readonly since: number };

export type BreakerEvent = 'success' | 'failure' | 'probe';

/** What the owner of the breaker has to do: ask the backend after `probeEveryMs`. */
export type BreakerEffect = 'schedule_probe';

export interface BreakerStep {
  readonly state: BreakerState;
  readonly effects: readonly BreakerEffect[];
}

export const closed: BreakerState = { name: 'closed', failures: 0 };

/** The gauge of a state: 0 closed, 1 half open, 2 open. */
export const gaugeOf = { closed: 0, half_open: 1, open: 2 } as const;

/**
 * Circuit breaker of one backend: three failures in a row open it, it is probed each second, the first success closes
 * it, whether of the probe or of a request that was still running. `now` in milliseconds.
 */
export function step(state: BreakerState, event: BreakerEvent, now: number): BreakerStep {
  if (event === 'success') return { state: closed, effects: [] };
  if (state.name === 'closed') {
    const failures = state.failures + (event === 'failure' ? 1 : 0);
    return failures >= failuresToOpen
      ? { state: { name: 'open', since: now }, effects: ['schedule_probe'] }
      : { state: { name: 'closed', failures }, effects: [] };
  }
  if (event === 'probe') return { state: { name: 'half_open', since: state.since }, effects: [] };
  return state.name === 'half_open'
    ? { state: { name: 'open', since: state.since }, effects: ['schedule_probe'] }
    : { state, effects: [] };
}
