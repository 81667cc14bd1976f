import { type TimeSlices } from '../slices/time-slices.js';

type Values<K, V> = ReadonlyMap<K, V>;

interface Asked<V> {
  readonly resolve: (value: V | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Loads what all fields of one level ask for by one call, each key once: when no slice of the answer that may ask for
 * more waits for its turn. What is made of a value takes as long as its load: each is handed over in a turn of its own.
 */
export class Batch<K, V> {
  #waiting: Map<K, Asked<V>[]> | undefined;

  constructor(
    private readonly slices: Pick<TimeSlices, 'next' | 'over'>,
    private readonly loadAll: (keys: readonly K[]) => Promise<Values<K, V>>,
  ) {}

  /** Undefined where the load gave nothing for the key. */
  load(key: K): Promise<V | undefined> {
    return new Promise((resolve, reject) => {
      const waiting = this.#begin();
      const asked = waiting.get(key);
      if (asked) asked.push({ resolve, reject });
      else waiting.set(key, [{ resolve, reject }]);
    });
  }

  #begin(): Map<K, Asked<V>[]> {
    if (this.#waiting) return this.#waiting;
    const waiting = new Map<K, Asked<V>[]>();
    this.#waiting = waiting;
    void this.slices.over().then(() => {
      this.#waiting = undefined;
      return this.#answer(waiting);
    });
    return waiting;
  }

  async #answer(waiting: ReadonlyMap<K, readonly Asked<V>[]>): Promise<void> {
    try {
      const values = await this.loadAll([...waiting.keys()]);
      for (const [key, asked] of waiting) {
        await this.slices.next();
        for (const { resolve } of asked) resolve(values.get(key));
      }
    } catch (error) {
      for (const asked of waiting.values()) for (const { reject } of asked) reject(error);
    }
  }
}
