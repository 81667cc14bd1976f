/** Counts what each client holds at a time. */
export class Held {
  readonly #counts = new Map<string, number>();

  constructor(private readonly most: number) {}

  /** Call the answer once when it is let go; undefined when the client holds as many as it may. */
  hold(client: string): (() => void) | undefined {
    const held = this.#counts.get(client) ?? 0;
    if (held >= this.most) return undefined;
    this.#counts.set(client, held + 1);
    return () => {
      const left = (this.#counts.get(client) ?? 1) - 1;
      if (left > 0) this.#counts.set(client, left);
      else this.#counts.delete(client);
    };
  }
}
