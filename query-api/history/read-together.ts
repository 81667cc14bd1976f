type Path = readonly string[];
type Value = Uint8Array | undefined;

interface Waiting {
  readonly path: Path;
  readonly resolve: (value: Value) => void;
  readonly reject: (error: unknown) => void;
}

/** Makes one read of all that are asked for in the same turn of the event loop. */
export class ReadTogether {
  #waiting: Waiting[] = [];

  constructor(private readonly readAll: (paths: readonly Path[]) => Promise<readonly Value[]>) {}

  read(path: Path): Promise<Value> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ path, resolve, reject });
      if (this.#waiting.length === 1) queueMicrotask(() => void this.#flush());
    });
  }

  async #flush(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    try {
      const values = await this.readAll(waiting.map(({ path }) => path));
      waiting.forEach(({ resolve }, i) => resolve(values[i]));
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
  }
}
