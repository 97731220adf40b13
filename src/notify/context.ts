import type { Language } from '../text.ts';

export interface MessageContext {
  readonly language: Language;
  /** IANA zone of the reader. */
  readonly timezone: string;
  /** How people reach the ops page; without it the mail prints the ssh command. */
  readonly pageUrl: string | undefined;
  /** Where the page listens on its machine, such as 127.0.0.1:9465. */
  readonly pageAddress: string;
  readonly host: string;
  /** Wall time of this delivery. */
  readonly now: number;
}
