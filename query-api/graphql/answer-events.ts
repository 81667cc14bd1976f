import { createSourceEventStream, execute, type ExecutionArgs, type ExecutionResult } from 'graphql';
import { withoutInternals } from './errors.js';

/** Answers to one event, by who asks: thousands of subscribers of one dashboard all want the same of it. */
type Answers = Map<string, Promise<ExecutionResult>>;

/** Executes what is subscribed to for each event, and once for all subscribers that ask for the same of the same event. */
export class EventAnswers {
  readonly #answers = new WeakMap<object, Answers>();

  constructor(private readonly log: (error: unknown) => void) {}

  /**
   * The answers of a subscription, or why there are none (GraphQL specification, 6.2.3).
   *
   * @param asked the document, operation and variables as one text
   * @param shared whether an answer depends on nothing but this and the event
   */
  async subscribe(
    args: ExecutionArgs,
    asked: string,
    shared: (event: unknown) => event is object,
  ): Promise<AsyncIterableIterator<ExecutionResult> | ExecutionResult> {
    const events = await createSourceEventStream(args);
    if (!(Symbol.asyncIterator in events)) return withoutInternals(events, this.log);
    const answer = async (event: unknown): Promise<ExecutionResult> =>
      withoutInternals(await execute({ ...args, rootValue: event }), this.log);
    return mapped(events, (event) => (shared(event) ? this.#once(event, asked, answer) : answer(event)));
  }

  #once(event: object, asked: string, answer: (event: unknown) => Promise<ExecutionResult>): Promise<ExecutionResult> {
    const answers: Answers = this.#answers.get(event) ?? new Map<string, Promise<ExecutionResult>>();
    if (answers.size === 0) this.#answers.set(event, answers);
    const known = answers.get(asked) ?? answer(event);
    answers.set(asked, known);
    return known;
  }
}

/** Unlike an async generator it can be ended while its source is waited for. */
const mapped = <A, B>(source: AsyncIterable<A>, change: (one: A) => Promise<B>): AsyncIterableIterator<B> => {
  const iterator = source[Symbol.asyncIterator]();
  const over = { done: true, value: undefined } as const;
  const step = async ({ done, value }: IteratorResult<A>): Promise<IteratorResult<B>> =>
    done === true ? over : { done: false, value: await change(value) };
  return {
    next: async () => step(await iterator.next()),
    return: async () => {
      await iterator.return?.();
      return over;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
};
