/** A generated file: path from the repository's root, and its text. */
export interface GeneratedFile {
  readonly path: string;
  readonly text: string;
}
