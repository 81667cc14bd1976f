const pageBytes = 64 * 1024;
const lineFeed = 0x0a;

/** The newest stretch of a text that comes only once, so that it can be read again. Its pages are used over and over. */
export class KeptText {
  readonly #pages: Buffer[] = [];
  readonly #unused: Buffer[] = [];
  /** The number of the first page that is kept, counted from the beginning of the text. */
  #firstPage = 0;
  #from = 0;
  #to = 0;

  /** What is kept: bytes of the text, from, inclusive, to, exclusive. */
  get from(): number {
    return this.#from;
  }

  get to(): number {
    return this.#to;
  }

  /** The bytes that follow; they are copied. */
  add(bytes: Uint8Array): void {
    for (let at = 0, piece; at < bytes.length; at += piece.length) {
      const inPage = this.#to % pageBytes;
      if (inPage === 0) this.#pages.push(this.#unused.pop() ?? Buffer.allocUnsafeSlow(pageBytes));
      piece = bytes.subarray(at, at + pageBytes - inPage);
      this.#pages.at(-1)!.set(piece, inPage);
      this.#to += piece.length;
    }
  }

  /** Forgets what comes before a byte of the text. */
  drop(before: number): void {
    this.#from = Math.min(Math.max(this.#from, before), this.#to);
    const first = Math.floor(this.#from / pageBytes);
    this.#unused.push(...this.#pages.splice(0, first - this.#firstPage));
    this.#firstPage = first;
  }

  /** Some bytes from a place on that is kept, at least one; valid until they are dropped. */
  bytesAt(offset: number): Uint8Array {
    const page = Math.floor(offset / pageBytes);
    const start = page * pageBytes;
    return this.#pages[page - this.#firstPage]!.subarray(offset - start, Math.min(pageBytes, this.#to - start));
  }

  linesFrom(offset: number): number {
    let lines = 0;
    for (let at = Math.max(offset, this.#from); at < this.#to;) {
      const bytes = this.bytesAt(at);
      for (const byte of bytes) if (byte === lineFeed) lines++;
      at += bytes.length;
    }
    return lines;
  }
}
