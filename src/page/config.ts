import { z } from 'zod';
import { type ListenAddress, listenAddress } from '../config/types.ts';
import { languages } from '../text.ts';

/** The `page` section. */
export const pageSchema = z
  .strictObject({
    listen: listenAddress.prefault('127.0.0.1:9465'),
    /** How people reach the page; makes the links in mails. */
    external_url: z.url({ protocol: /^https?$/, error: 'expected a URL such as https://ops.example.com' }).optional(),
    /** File with the token that the page asks for, 16 characters or more; without it anybody who reaches the page is let in. */
    token_file: z.string().min(1).optional(),
    /** `auto` follows the browser. */
    language: z.enum(['auto', ...languages]).default('auto'),
  })
  .refine(({ listen, token_file }) => isLoopback(listen) || token_file !== undefined, {
    path: ['token_file'],
    error: 'expected a file with a login token, because page.listen is not a loopback address',
  });

export type PageConfig = z.output<typeof pageSchema>;

/** Whether only programs of this machine can reach an address; the page without a host listens there too. */
function isLoopback({ host = '127.0.0.1' }: ListenAddress): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|::1)$/.test(host);
}
