/**
 * Loads what all fields of one level ask for by one call: keys that are asked for in the same turn of the event loop
 * go together, each key once.
 */
export class Batch<K, V> {
  #waiting: Map<K, ((settle: Promise<ReadonlyMap<K, V>>) => void)[]> | undefined;

  constructor(private readonly loadAll: (keys: readonly K[]) => Promise<ReadonlyMap<K, V>>) {}

  /** Undefined where the load gave nothing for the key. */
  async load(key: K): Promise<V | undefined> {
    const all = await new Promise<ReadonlyMap<K, V>>((resolve) => {
      const waiting = this.#begin();
      waiting.set(key, [...(waiting.get(key) ?? []), resolve]);
    });
    return all.get(key);
  }

  #begin(): Map<K, ((settle: Promise<ReadonlyMap<K, V>>) => void)[]> {
    if (this.#waiting) return this.#waiting;
    const waiting = new Map<K, ((settle: Promise<ReadonlyMap<K, V>>) => void)[]>();
    this.#waiting = waiting;
    // Fields of one level are resolved within microtasks of each other.
    setImmediate(() => {
      this.#waiting = undefined;
      const loading = this.loadAll([...waiting.keys()]);
      for (const settles of waiting.values()) for (const settle of settles) settle(loading);
    });
    return waiting;
  }
}
