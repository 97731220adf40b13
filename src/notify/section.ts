/** A headed part of a mail; commands are lines that can be copied. */
export interface Section {
  readonly title: string;
  readonly lines: readonly string[];
  readonly commands?: readonly string[];
}
