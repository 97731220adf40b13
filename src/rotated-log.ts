/** The calendar day of a moment in the local time zone, `2026-11-25`: the zone in which cron reads "yesterday". */
export function localDay(at: number): string {
  const date = new Date(at);
  const two = (part: number) => String(part).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** What the name of a rotated log has after the log's own: the day, a number if the day has several, what was done to it. */
const suffix = /^-(\d{4}-\d\d-\d\d)(?:\.\d+)?(\.gz|\.gz\.tmp)?$/;

/** Day and ending of a file that the gateway's rotation made of the log `base`; undefined for any other name. */
export function parseRotatedName(name: string, base: string): { day: string; ending: string | undefined } | undefined {
  const [found, day = '', ending] = (name.startsWith(base) && suffix.exec(name.slice(base.length))) || [];
  return found === undefined ? undefined : { day, ending };
}
