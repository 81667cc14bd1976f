import { crc32 } from 'node:zlib';
import { type Dictionary } from './read-series.js';

interface Entry {
  readonly block: Uint8Array;
  readonly dictionary: Dictionary;
}

/** What one process of any role keeps: about 50 MB, 5,000 GPUs of ten metrics. */
export const cachedSeries = 50_000;

/**
 * Dictionaries by the bytes of their block, the least recently used forgotten first. Segments of one lane and
 * partition mostly repeat each other's dictionary: with a cache they share the very objects, so that whoever folds
 * them can know a series by identity.
 */
export class DictionaryCache {
  private readonly entries = new Map<number, Entry>();
  private held = 0;

  /** @param mostSeries bound on the series held together; one has about 1 KB */
  constructor(private readonly mostSeries: number) {}

  /** Series held together. */
  get series(): number {
    return this.held;
  }

  /** The dictionary of a block, by `read` when it is not held. What `read` throws is not kept. */
  get(block: Uint8Array, read: (block: Uint8Array) => Dictionary): Dictionary {
    const key = crc32(block);
    const held = this.entries.get(key);
    if (held && Buffer.compare(held.block, block) === 0) {
      this.entries.delete(key);
      this.entries.set(key, held);
      return held.dictionary;
    }
    const dictionary = read(block);
    this.keep(key, { block: Uint8Array.from(block), dictionary });
    return dictionary;
  }

  private keep(key: number, entry: Entry): void {
    this.forget(key);
    this.entries.set(key, entry);
    this.held += entry.dictionary.series.length;
    for (const oldest of this.entries.keys()) {
      if (this.held <= this.mostSeries) return;
      this.forget(oldest);
    }
  }

  private forget(key: number): void {
    this.held -= this.entries.get(key)?.dictionary.series.length ?? 0;
    this.entries.delete(key);
  }
}
