/** Characters of one line; an image or a long tool call is far below. */
const longestLine = 64 * 1024 * 1024;

/** Splits a byte stream into lines wherever the reads cut it, inside a UTF-8 character too. Empty lines are dropped. */
export class LineSplitter {
  readonly #decoder = new TextDecoder();
  /** Pieces of the line that is not complete yet. */
  #rest: string[] = [];
  #restLength = 0;

  /** The lines that are complete with this piece. @throws RangeError where a line never ends */
  push(bytes: Uint8Array): string[] {
    return this.#take(this.#decoder.decode(bytes, { stream: true }));
  }

  /** What stands behind the last line feed when the stream is over. */
  end(): string[] {
    return this.#take(`${this.#decoder.decode()}\n`);
  }

  #take(text: string): string[] {
    const lines: string[] = [];
    let from = 0;
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', from)) {
      this.#rest.push(text.slice(from, at));
      const line = (this.#rest.length === 1 ? text.slice(from, at) : this.#rest.join('')).trim();
      if (line !== '') lines.push(line);
      this.#rest = [];
      this.#restLength = 0;
      from = at + 1;
    }
    if (from < text.length) this.#keep(text.slice(from));
    return lines;
  }

  #keep(piece: string): void {
    this.#rest.push(piece);
    this.#restLength += piece.length;
    if (this.#restLength > longestLine) throw new RangeError(`a line is longer than ${longestLine} characters`);
  }
}
