/** Bytes of one line; an image or a long tool call is far below. */
const longestLine = 64 * 1024 * 1024;

const lineFeed = 10;

/**
 * Splits a byte stream into lines wherever the reads cut it. A line feed is never part of a UTF-8 character, so bytes are
 * searched and whole lines decoded. Empty lines are dropped.
 */
export class LineSplitter {
  /** Pieces of the line that is not complete yet. */
  #rest: Buffer[] = [];
  #restLength = 0;

  /** The lines that are complete with this piece. @throws RangeError where a line never ends */
  push(bytes: Buffer): string[] {
    const lines: string[] = [];
    let from = 0;
    for (let at = bytes.indexOf(lineFeed); at !== -1; at = bytes.indexOf(lineFeed, from)) {
      this.#add(lines, bytes, from, at);
      from = at + 1;
    }
    if (from < bytes.length) this.#keep(bytes.subarray(from));
    return lines;
  }

  /** What stands behind the last line feed when the stream is over. */
  end(): string[] {
    const lines: string[] = [];
    this.#add(lines, Buffer.alloc(0), 0, 0);
    return lines;
  }

  #add(lines: string[], bytes: Buffer, from: number, to: number): void {
    const line = (
      this.#restLength === 0 ? bytes.toString('utf8', from, to) : this.#joined(bytes.subarray(from, to))
    ).trim();
    if (line !== '') lines.push(line);
  }

  #joined(last: Buffer): string {
    const line = Buffer.concat([...this.#rest, last]).toString();
    this.#rest = [];
    this.#restLength = 0;
    return line;
  }

  #keep(piece: Buffer): void {
    this.#rest.push(piece);
    this.#restLength += piece.length;
    if (this.#restLength > longestLine) throw new RangeError(`a line is longer than ${longestLine} bytes`);
  }
}
