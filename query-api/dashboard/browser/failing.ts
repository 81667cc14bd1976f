/** Something that the page asks for until it is answered, and that was refused the last time. */
export interface Failing {
  readonly what: string;
  readonly why: string;
  /** How often it is asked for, in milliseconds. */
  readonly everyMs: number;
}

const whyOf = (error: unknown): string => {
  // What a browser says of a request that was never answered is no news to people.
  if (error instanceof TypeError) return 'the gateway does not answer';
  return error instanceof Error ? error.message : String(error);
};

/** Everything that fails now, by who asks. */
export class FailingRequests {
  readonly #failing = new Map<string, Failing>();

  /** @param changed told all of it, whenever it is something else */
  constructor(private readonly changed: (failing: readonly Failing[]) => void) {}

  failed(who: string, what: string, error: unknown, everyMs: number): void {
    const failing = { what, why: whyOf(error), everyMs };
    const before = this.#failing.get(`${who} ${what}`);
    this.#failing.set(`${who} ${what}`, failing);
    if (before?.why !== failing.why) this.#tell();
  }

  answered(who: string, what: string): void {
    if (this.#failing.delete(`${who} ${what}`)) this.#tell();
  }

  /** Nobody asks any more for what this one asked for. */
  gone(who: string): void {
    const theirs = [...this.#failing.keys()].filter((key) => key.startsWith(`${who} `));
    for (const key of theirs) this.#failing.delete(key);
    if (theirs.length > 0) this.#tell();
  }

  /** There is a connection again, over which everything is asked for anew. */
  reset(): void {
    if (this.#failing.size === 0) return;
    this.#failing.clear();
    this.#tell();
  }

  #tell(): void {
    this.changed([...this.#failing.values()]);
  }
}
