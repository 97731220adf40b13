/** How restless an alert is: a penalty that each firing raises and time halves. */
export interface FlapState {
  readonly penalty: number;
  /** Wall time of `penalty`, milliseconds. */
  readonly at: number;
  readonly flapping: boolean;
}

export const calm: FlapState = { penalty: 0, at: 0, flapping: false };

const halfLifeMs = 30 * 60_000;
/** The third firing within about twenty minutes begins it. */
const beginAt = 2.5;
const endBelow = 1;
/** Bounds how long a settled alert is still held: 60 minutes from here to `endBelow`. */
const ceiling = 4;

/** What can be known after a restart: the openings of an alert's latest incidents, oldest first. */
export function remembered(
  incidents: readonly { readonly openedAt: number; readonly closedAt: number | null; readonly flaps: number }[],
  now: number,
): FlapState {
  return incidents.reduce((state: FlapState, { openedAt, closedAt, flaps }) => {
    if (flaps === 0) return step(state, true, openedAt);
    return closedAt === null
      ? { penalty: ceiling, at: now, flapping: true }
      : { penalty: endBelow, at: closedAt, flapping: false };
  }, calm);
}

/** The state after some time, and after one more firing when `fired`. */
export function step(state: FlapState, fired: boolean, now: number): FlapState {
  // A clock that was set back lets no time pass; the penalty then decays from the new time on.
  const passed = Math.max(0, now - state.at);
  const decayed = state.penalty * 0.5 ** (passed / halfLifeMs);
  const penalty = Math.min(ceiling, decayed + (fired ? 1 : 0));
  return { penalty, at: now, flapping: state.flapping ? penalty >= endBelow : penalty >= beginAt };
}
