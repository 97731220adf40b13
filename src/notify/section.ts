/** A headed part of a mail; commands are lines that can be copied. */
export interface Section {
  readonly title: string;
  /** Drawn with block characters, above the lines. */
  readonly figure?: Figure | undefined;
  readonly lines: readonly string[];
  readonly commands?: readonly string[];
}

export interface Figure {
  readonly blocks: string;
  /** What it shows, in words. */
  readonly label: string;
}
