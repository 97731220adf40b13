import type { MessageContext } from './context.ts';

export const clockTime = (at: number, { timezone }: Pick<MessageContext, 'timezone'>): string => inZone(at, timezone);

export const bothTimes = (at: number, { timezone }: Pick<MessageContext, 'timezone'>): string =>
  timezone === 'UTC' ? `${inZone(at, 'UTC')} UTC` : `${inZone(at, timezone)} ${timezone} (${inZone(at, 'UTC')} UTC)`;

/** `2026-11-24 03:12:00`. */
function inZone(at: number, timeZone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' }).format(at);
}
