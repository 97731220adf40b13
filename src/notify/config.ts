import { z } from 'zod';
import { duration, timeOfDay } from '../config/types.ts';
import { languages } from '../text.ts';

const smtp = z.strictObject({
  host: z.string().min(1).default('localhost'),
  port: z.number().int().min(1).max(65_535).default(25),
  /** `implicit` is TLS from the first byte (465), `starttls` demands the upgrade (587), `none` is clear text (25). */
  tls: z.enum(['none', 'starttls', 'implicit']).default('none'),
  user: z.string().min(1).optional(),
  password_file: z.string().min(1).optional(),
});

/** The `notify` section. Without `email` watch runs, and says everywhere that nobody is mailed. */
export const notifySchema = z.strictObject({
  email: z
    .strictObject({
      from: z.string().min(3),
      to: z.array(z.string().min(3)).min(1),
      smtp: smtp.prefault({}),
    })
    .optional(),
  /** Told of everything that is mailed, and when mail does not get through. */
  webhook: z
    .strictObject({
      url: z.url({ protocol: /^https?$/ }),
      /** Signs each body: header X-Ops-Signature, `sha256=` and the HMAC in hexadecimal. */
      secret_file: z.string().min(1).optional(),
    })
    .optional(),
  /** Address of a dead man's switch, asked for as long as the rules are evaluated. */
  heartbeat: z.strictObject({ url: z.url({ protocol: /^https?$/ }), every: duration.prefault('1m') }).optional(),
  /** The morning report, every day at this time of `alerts.timezone`. */
  report: z.strictObject({ at: timeOfDay }).optional(),
  language: z.enum(languages).default('en'),
});

export type NotifyConfig = z.output<typeof notifySchema>;
