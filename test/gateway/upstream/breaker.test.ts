import { expect, test } from 'vitest';
import { type BreakerEvent, type BreakerState, closed, step } from '../../../gateway/upstream/breaker.ts';

const run = (events: readonly BreakerEvent[]) => {
  let state: BreakerState = closed;
  const effects: string[] = [];
  for (const event of events) {
    const next = step(state, event, 0);
    state = next.state;
    effects.push(...next.effects);
  }
  return { name: state.name, probes: effects.length };
};

test.each<[string, BreakerEvent[], string, number]>([
  ['two failures leave it closed', ['failure', 'failure'], 'closed', 0],
  ['three in a row open it', ['failure', 'failure', 'failure'], 'open', 1],
  ['a success between starts the count again', ['failure', 'failure', 'success', 'failure', 'failure'], 'closed', 0],
  ['a probe under way is half open', ['failure', 'failure', 'failure', 'probe'], 'half_open', 1],
  ['a failed probe opens it and asks for the next', ['failure', 'failure', 'failure', 'probe', 'failure'], 'open', 2],
  ['the first success closes it', ['failure', 'failure', 'failure', 'probe', 'success'], 'closed', 1],
  ['late failures ask for no second probe', ['failure', 'failure', 'failure', 'failure', 'failure'], 'open', 1],
])('%s', (_name, events, name, probes) => {
  expect(run(events)).toEqual({ name, probes });
});
