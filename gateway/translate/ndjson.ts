/** Longest line in bytes. A record is a token, or at most a whole answer with its tool calls. */
const longestLine = 64 * 1024 * 1024;

/** A line that has no end within bounds: no record, and it must not fill the memory. */
export class LineTooLong extends Error {
  override readonly name = 'LineTooLong';
}

const lineFeed = 0x0a;

/**
 * Splits a byte stream into lines wherever the reads cut it, inside a UTF-8 character too. Empty lines are dropped. A
 * line that comes in many pieces is put together once, at its end.
 */
export class LineSplitter {
  readonly #limit: number;
  #pieces: Buffer[] = [];
  #held = 0;

  constructor(limit = longestLine) {
    this.#limit = limit;
  }

  /** The lines that are complete with this piece. @throws LineTooLong */
  push(bytes: Buffer): string[] {
    const end = bytes.lastIndexOf(lineFeed);
    if (end === -1) {
      this.#hold(bytes);
      return [];
    }
    const text = this.#pieces.length === 0 ? bytes.toString('utf8', 0, end) : this.#take(bytes.subarray(0, end));
    if (end + 1 < bytes.length) this.#hold(bytes.subarray(end + 1));
    return linesOf(text);
  }

  /** What stands behind the last line feed when the stream is over. */
  end(): string[] {
    return linesOf(this.#take(Buffer.alloc(0)));
  }

  #hold(bytes: Buffer): void {
    this.#held += bytes.length;
    if (this.#held > this.#limit) throw new LineTooLong(`a line of more than ${this.#limit} bytes`);
    this.#pieces.push(bytes);
  }

  #take(bytes: Buffer): string {
    const whole = Buffer.concat([...this.#pieces, bytes]);
    this.#pieces = [];
    this.#held = 0;
    return whole.toString('utf8');
  }
}

const linesOf = (text: string) => text.split('\n').filter((line) => line.trim() !== '');
