import { countNewlines, newline } from './bytes.ts';

/** The newest blocks of a stream, as many as memory may hold. */
export class KeptBlocks {
  readonly #blocks: Buffer[] = [];
  readonly #most: number;
  bytes = 0;
  /** Lines that began before the first kept block. */
  linesBefore = 0;
  /** Whether blocks were dropped that had been wanted. */
  cut = false;

  /** @param most bytes that are kept */
  constructor(most: number) {
    this.#most = most;
  }

  push(block: Buffer): void {
    this.#blocks.push(block);
    this.bytes += block.length;
    for (; this.bytes > this.#most; this.cut = true) this.#drop();
  }

  clear(): void {
    while (this.#blocks.length > 0) this.#drop();
    this.cut = false;
  }

  /** What is kept, without the rest of a line whose beginning was dropped. */
  content(): Buffer {
    const all = Buffer.concat(this.#blocks);
    const end = this.cut || this.linesBefore > 0 ? all.indexOf(newline) : -1;
    if (end >= 0) this.linesBefore += 1;
    return all.subarray(end + 1);
  }

  #drop(): void {
    const block = this.#blocks.shift() ?? Buffer.alloc(0);
    this.bytes -= block.length;
    this.linesBefore += countNewlines(block);
  }
}
