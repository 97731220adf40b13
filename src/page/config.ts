import { z } from 'zod';
import { listenAddress } from '../config/types.ts';

/** The `page` section. */
export const pageSchema = z.strictObject({
  listen: listenAddress.prefault('127.0.0.1:9465'),
  /** How people reach the page; makes the links in mails. */
  external_url: z.url({ protocol: /^https?$/, error: 'expected a URL such as https://ops.example.com' }).optional(),
});
