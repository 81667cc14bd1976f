import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';

/** Milliseconds between two rounds of questions, as short as a test of a few seconds needs for hundreds of them. */
const pauseMs = 100;

/** What is asked: a path, or a query of GraphQL. */
export type Question = { readonly path: string } | { readonly query: string };

/** A question, and the answer that it must always have. */
export type Expected = Question & { readonly answer: unknown };

const post = (query: string): RequestInit => ({
  ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
  body: JSON.stringify({ query }),
});

/** Asks a gateway once. */
export const askQuestion = (origin: string, question: Question): Promise<Response> =>
  'path' in question ? fetch(`${origin}${question.path}`) : fetch(`${origin}/graphql`, post(question.query));

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
    private readonly expected: readonly Expected[],
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
      for (const one of this.expected) await this.#ask(one);
      // What it asks has two cores too.
      await pause(pauseMs);
    }
  }

  async #ask({ answer, ...question }: Expected): Promise<void> {
    const name = Object.values(question).join();
    const origin = this.origin();
    if (origin === undefined) return pause(pauseMs);
    try {
      const response = await askQuestion(origin, question);
      const body: unknown = await response.json();
      if (response.status === 503 && this.bears) return;
      this.answers++;
      if (response.status !== 200) this.#note(name, `${response.status} ${JSON.stringify(body)}`);
      else if (!isDeepStrictEqual(body, answer)) this.#note(name, JSON.stringify(body).slice(0, 300));
      if (!this.bears) this.#goesOn(BigInt(response.headers.get('x-telemetry-revision') ?? '0'), name);
    } catch (error) {
      if (!this.bears) this.#note(name, String(error));
    }
  }

  #goesOn(revision: bigint, name: string): void {
    if (revision < this.#revision) this.#note(name, `went back from revision ${this.#revision} to ${revision}`);
    this.#revision = revision;
  }

  #note(name: string, what: string): void {
    if (this.wrong.length < 10) this.wrong.push(`${name}: ${what}`);
  }
}
