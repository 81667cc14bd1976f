/** A few places, and those who wait for one: whoever came first gets the next that is free. */
export class Places {
  readonly #waiting: (() => void)[] = [];

  /** @param free how many there are */
  constructor(private free: number) {}

  /** Resolves when there is a place, with what gives it back, once. */
  async take(): Promise<() => void> {
    if (this.free > 0) this.free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    let isTaken = true;
    return () => {
      if (isTaken) this.#giveBack();
      isTaken = false;
    };
  }

  /** Does something when there is a place, which is free again when that is over. */
  async hold<A>(work: () => Promise<A>): Promise<A> {
    const giveBack = await this.take();
    try {
      return await work();
    } finally {
      giveBack();
    }
  }

  #giveBack(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.free++;
  }
}
