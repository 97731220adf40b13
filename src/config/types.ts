import { z } from 'zod';
import { parseDuration } from '../duration.ts';

/** `15s`, `10m`, `1h30m`; milliseconds in the program. */
export const duration = z
  .string()
  .refine((text) => parseDuration(text) !== undefined, 'expected a duration such as 15s, 10m or 1h30m')
  .transform((text) => parseDuration(text) ?? 0);

/** `08:00`, in the zone that the section names. */
export const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time of day such as "02:00"');

export interface ListenAddress {
  /** Absent: every address of the machine. */
  readonly host?: string;
  readonly port: number;
}

/** `:18789`, `127.0.0.1:9464` or `[::1]:9465`. */
export const listenAddress = z.string().transform((text, context): ListenAddress => {
  const found = /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text);
  const port = Number(found?.[3]);
  if (!found || port > 65_535) {
    context.addIssue({ code: 'custom', message: 'expected host:port or :port', input: text });
    return z.NEVER;
  }
  const host = found[1] ?? found[2];
  return host ? { host, port } : { port };
});

/** `20mb`, `512kb` or a number of bytes; bytes in the program. */
export const byteSize = z.union([z.number().int().nonnegative(), z.string()]).transform((value, context) => {
  if (typeof value === 'number') return value;
  const found = /^(\d+)(b|kb|mb|gb)$/i.exec(value);
  if (!found) {
    context.addIssue({ code: 'custom', message: 'expected a size such as 512kb or 20mb', input: value });
    return z.NEVER;
  }
  const scale = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 }[(found[2] ?? 'b').toLowerCase()] ?? 1;
  return Number(found[1]) * scale;
});

/** One value or a list of them; always a list in the program. */
export const oneOrMany = <Item extends z.ZodType>(item: Item) =>
  z
    .union([item, z.array(item).min(1)])
    .transform((value) => (Array.isArray(value) ? value : [value]) as z.output<Item>[]);
