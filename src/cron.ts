import { createTask, parse, validateDetailed } from 'node-cron';
import { instantsOf, offsetAt } from './zone.ts';

export interface CronSchedule {
  readonly kind: 'cron';
  /** Minute, hour, day of the month, month, day of the week; a day has to meet both of its fields. */
  readonly expression: string;
  /** IANA zone; UTC unless given. */
  readonly timezone?: string | undefined;
}

const dayMs = 86_400_000;
/** A 29th of February that is a Monday comes every 28 years, or after 40. */
const farthestDays = 41 * 366;
/** Yesterday, today, tomorrow and one more are all that is asked for. */
const daysKnown = 8;

/** What is wrong with five cron fields; undefined when nothing is. */
export function cronProblem(expression: string): string | undefined {
  if (expression.trim().split(/\s+/).length !== 5) return 'expected five fields';
  return validateDetailed(expression).errors[0]?.message;
}

/**
 * The first run after a moment, milliseconds. Once per local time that it names: a time that the change to summer time
 * skips runs as much later, one that the change back repeats runs at the first. What names every hour runs through both.
 *
 * node-cron reads the fields and knows the days; its own next run starts at the system's clock, and skips a day whose time
 * of day does not exist.
 */
export function cronRuns({ expression, timezone = 'UTC' }: CronSchedule): (after: number) => number {
  const { hour, minute } = parse(expression);
  const times = hour.flatMap((hours) => minute.map((minutes) => (hours * 60 + minutes) * 60_000));
  const [anyTime = 0] = times;
  const days = createTask(expression, () => {}, { timezone: 'UTC' });

  const computed = (day: number): number[] => {
    const before = offsetAt((day - 1) * dayMs, timezone);
    if (before === offsetAt((day + 2) * dayMs, timezone)) return times.map((time) => day * dayMs + time - before);
    return times.flatMap((time) => {
      const instants = instantsOf(day * dayMs + time, timezone);
      return hour.length === 24 ? instants : [Math.min(...instants)];
    });
  };

  // A schedule of many times asks for the next of them all day long, and near a change each takes the zone's rules.
  const known = new Map<number, number[]>();
  const runsOf = (day: number): number[] => {
    const runs = known.get(day) ?? computed(day);
    if (known.size >= daysKnown) known.clear();
    known.set(day, runs);
    return runs;
  };

  return (after) => {
    const yesterday = Math.floor((after + offsetAt(after, timezone)) / dayMs) - 1;
    for (let day = yesterday; day < yesterday + farthestDays; day += 1) {
      if (!days.match(new Date(day * dayMs + anyTime))) continue;
      const runs = runsOf(day).filter((at) => at > after);
      if (runs.length > 0) return runs.reduce((first, at) => Math.min(first, at));
    }
    return Number.POSITIVE_INFINITY;
  };
}
