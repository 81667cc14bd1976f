type Listener<A> = (changes: readonly A[]) => void;

/** Milliseconds between two looks. */
const everyMs = 1_000;

/** Changes that nobody announces: they are looked for as long as somebody listens, once for all of them. */
export class LookedFor<A> {
  readonly #listeners = new Set<Listener<A>>();
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param begin called when the first one listens: changes are told against what is there then
   * @param look what has changed since it was called last
   */
  constructor(
    private readonly begin: () => void,
    private readonly look: () => readonly A[],
  ) {}

  /** Call the answer to end it. */
  subscribe(listener: Listener<A>): () => void {
    if (this.#listeners.size === 0) this.#begin();
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) clearInterval(this.#timer);
    };
  }

  #begin(): void {
    this.begin();
    this.#timer = setInterval(() => this.#tell(), everyMs).unref();
  }

  #tell(): void {
    const changes = this.look();
    if (changes.length > 0) for (const listener of this.#listeners) listener(changes);
  }
}
