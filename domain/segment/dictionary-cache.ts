import { crc32 } from 'node:zlib';
import { type Dictionary } from './read-series.js';
import { SharedSeries } from './shared-series.js';

interface Entry {
  readonly block: Uint8Array;
  readonly dictionary: Dictionary;
}

/** What one process of any role keeps: some 30 MB where it is full, 15,000 GPUs of ten metrics. */
export const cachedSeries = 150_000;

/** Dictionaries may name each series held so often on the average: naming one takes a tenth of what it takes itself. */
const mostNamed = 4;

/**
 * Dictionaries by the bytes of their block, the least recently used forgotten first. Segments of one lane and
 * partition mostly repeat each other's dictionary: with a cache they share the very objects, so that whoever folds
 * them can know a series by identity. Too small a cache is worse than none: what is needed next is what was forgotten.
 */
export class DictionaryCache {
  private readonly entries = new Map<number, Entry>();
  private readonly shared = new SharedSeries();
  private named = 0;

  /** @param mostSeries bound on the series held together; with its share of a subject one has about 200 bytes */
  constructor(private readonly mostSeries: number) {}

  /** Series held together. */
  get series(): number {
    return this.shared.held;
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
    return this.keep(key, block, read(block));
  }

  private keep(key: number, block: Uint8Array, read: Dictionary): Dictionary {
    this.forget(key);
    const dictionary = { ...read, series: this.shared.keep(read.series) };
    this.entries.set(key, { block: Uint8Array.from(block), dictionary });
    this.named += dictionary.series.length;
    for (const oldest of this.entries.keys()) {
      if (this.series <= this.mostSeries && this.named <= this.mostSeries * mostNamed) break;
      this.forget(oldest);
    }
    return dictionary;
  }

  private forget(key: number): void {
    const entry = this.entries.get(key);
    if (!entry) return;
    this.named -= entry.dictionary.series.length;
    this.shared.drop(entry.dictionary.series);
    this.entries.delete(key);
  }
}
