/** A message as its program prints it, and the cause that it names; undefined where it names none. */
export type Message = readonly [text: string, cause: string | undefined];

/** Messages that name one cause, or none. */
export const naming = (cause: string | undefined, ...texts: readonly string[]): Message[] =>
  texts.map((text) => [text, cause]);
