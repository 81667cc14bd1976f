import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';

/** Milliseconds between two rounds of questions, as short as a test of a few seconds needs for hundreds of them. */
const pauseMs = 100;

/** An answer that a path must always have. */
type Expected = ReadonlyMap<string, unknown>;

/** Asks a gateway the same questions again and again, and notes every answer that is another than it was. */
export class Hammer {
  readonly wrong: string[] = [];
  answers = 0;
  readonly #over = new AbortController();
  readonly #ended: Promise<void>;
  #revision = 0n;

  /**
   * @param origin where the gateway is; undefined while it is not there
   * @param bears whether it may be away, and not ready when it comes
   */
  constructor(
    private readonly origin: () => string | undefined,
    private readonly expected: Expected,
    private readonly bears: boolean,
  ) {
    this.#ended = this.#hammer();
  }

  async stop(): Promise<void> {
    this.#over.abort();
    await this.#ended;
  }

  async #hammer(): Promise<void> {
    while (!this.#over.signal.aborted) {
      for (const [path, body] of this.expected) await this.#ask(path, body);
      // What it asks has two cores too.
      await pause(pauseMs);
    }
  }

  async #ask(path: string, expected: unknown): Promise<void> {
    const origin = this.origin();
    if (origin === undefined) return pause(pauseMs);
    try {
      const response = await fetch(`${origin}${path}`);
      const body: unknown = await response.json();
      if (response.status === 503 && this.bears) return;
      this.answers++;
      if (response.status !== 200) this.#note(path, `${response.status} ${JSON.stringify(body)}`);
      else if (!isDeepStrictEqual(body, expected)) this.#note(path, JSON.stringify(body).slice(0, 300));
      if (!this.bears) this.#goesOn(BigInt(response.headers.get('x-telemetry-revision') ?? '0'), path);
    } catch (error) {
      if (!this.bears) this.#note(path, String(error));
    }
  }

  #goesOn(revision: bigint, path: string): void {
    if (revision < this.#revision) this.#note(path, `went back from revision ${this.#revision} to ${revision}`);
    this.#revision = revision;
  }

  #note(path: string, what: string): void {
    if (this.wrong.length < 10) this.wrong.push(`${path}: ${what}`);
  }
}
