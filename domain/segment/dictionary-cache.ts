import { crc32 } from 'node:zlib';
import { type Dictionary, type FindSubject } from './read-series.js';
import { SharedSeries, type SharedSubject } from './shared-series.js';

interface Entry {
  readonly block: Uint8Array;
  readonly dictionary: Dictionary;
  readonly subjects: ReadonlySet<SharedSubject>;
}

/** What one process of any role keeps: some 70 MB where it is full, 15,000 GPUs of ten metrics. */
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

  /** @param mostSeries bound on the series held together; one has about half a KB */
  constructor(private readonly mostSeries: number) {}

  /** Series held together. */
  get series(): number {
    return this.shared.held;
  }

  /** The dictionary of a block, by `read` when it is not held. What `read` throws is not kept. */
  get(block: Uint8Array, read: (block: Uint8Array, find: FindSubject) => Dictionary): Dictionary {
    const key = crc32(block);
    const held = this.entries.get(key);
    if (held && Buffer.compare(held.block, block) === 0) {
      this.entries.delete(key);
      this.entries.set(key, held);
      return held.dictionary;
    }
    const subjects = new Set<SharedSubject>();
    const dictionary = read(block, (name, expand) => {
      const subject = this.shared.find(name, expand);
      subjects.add(subject);
      return subject;
    });
    this.keep(key, { block: Uint8Array.from(block), dictionary, subjects });
    return dictionary;
  }

  private keep(key: number, entry: Entry): void {
    this.forget(key);
    this.entries.set(key, entry);
    this.named += entry.dictionary.series.length;
    this.shared.keep(entry.subjects);
    for (const oldest of this.entries.keys()) {
      if (this.series <= this.mostSeries && this.named <= this.mostSeries * mostNamed) return;
      this.forget(oldest);
    }
  }

  private forget(key: number): void {
    const entry = this.entries.get(key);
    if (!entry) return;
    this.named -= entry.dictionary.series.length;
    this.shared.drop(entry.subjects);
    this.entries.delete(key);
  }
}
