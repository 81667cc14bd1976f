import { setImmediate as breathe } from 'node:timers/promises';

/** Keys whose values are handed over in one turn of the event loop: what is made of a value takes as long as its load. */
const together = 100;

type Values<K, V> = ReadonlyMap<K, V>;

interface Asked<V> {
  readonly resolve: (value: V | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Loads what all fields of one level ask for by one call: keys that are asked for in the same turn of the event loop
 * go together, each key once. Their values are handed over some at a time: others are answered in between.
 */
export class Batch<K, V> {
  #waiting: Map<K, Asked<V>[]> | undefined;

  constructor(private readonly loadAll: (keys: readonly K[]) => Promise<Values<K, V>>) {}

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
    // Fields of one level are resolved within microtasks of each other.
    setImmediate(() => {
      this.#waiting = undefined;
      void this.#answer(waiting);
    });
    return waiting;
  }

  async #answer(waiting: ReadonlyMap<K, readonly Asked<V>[]>): Promise<void> {
    try {
      const values = await this.loadAll([...waiting.keys()]);
      let handed = 0;
      for (const [key, asked] of waiting) {
        if (++handed % together === 0) await breathe();
        for (const { resolve } of asked) resolve(values.get(key));
      }
    } catch (error) {
      for (const asked of waiting.values()) for (const { reject } of asked) reject(error);
    }
  }
}
