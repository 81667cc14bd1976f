import { createSourceEventStream, executeSync, type ExecutionArgs, type ExecutionResult } from 'graphql';
import { linkedTo } from '../../domain/linked-signal.js';
import { CursorExpired } from '../live/resumable.js';
import { type LiveUpdate } from '../live/live-update.js';
import { sendLive } from '../live/send-live.js';
import { cursorExpired } from './cursor-expired.js';
import { withoutInternals } from './errors.js';
import { executeInSlices } from './execute-in-slices.js';
import { LiveTelemetry } from './live-telemetry.js';
import { SharedAnswers } from './shared-answers.js';
import { type SubscriptionContext } from './subscription-context.js';

type Results = AsyncIterableIterator<ExecutionResult, void>;
const done = { done: true, value: undefined } as const;

/** Executes what is subscribed to for each event; what is live is executed once for all who ask for the same. */
export class EventAnswers {
  readonly #shared = new SharedAnswers();

  constructor(private readonly log: (error: unknown) => void) {}

  /** The answers of a subscription, or why there are none (GraphQL specification, 6.2.3). */
  async subscribe(args: ExecutionArgs, context: SubscriptionContext): Promise<Results | ExecutionResult> {
    const events = await createSourceEventStream(args);
    if (!(Symbol.asyncIterator in events)) return withoutInternals(events, this.log);
    if (events instanceof LiveTelemetry) {
      const answer = (rootValue: LiveUpdate): ExecutionResult =>
        withoutInternals(executeSync({ ...args, rootValue }), this.log);
      return this.#sent(events, answer, context);
    }
    return mapped(events, (rootValue) =>
      executeInSlices({ ...args, rootValue, contextValue: context.ofEvent() }, this.log),
    );
  }

  /** An iteration that ends when the subscription does: the answers are sent beside it. */
  #sent(
    { wish }: LiveTelemetry,
    answer: (update: LiveUpdate) => ExecutionResult,
    { asked, sendNext, gateway, tooSlow, signal: gone }: SubscriptionContext,
  ): Results {
    const over = linkedTo(gone);
    const { signal } = over;
    const send = (update: LiveUpdate): Promise<void> | undefined =>
      signal.aborted ? undefined : sendNext(this.#shared.answer(update, asked, answer));
    return {
      next: async () => {
        try {
          await sendLive(gateway.live, wish(), send, tooSlow, signal);
        } catch (error) {
          throw error instanceof CursorExpired ? cursorExpired('trimmed', gateway.live.resumable.oldest) : error;
        } finally {
          over.end();
        }
        return done;
      },
      return: () => {
        over.end();
        return Promise.resolve(done);
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }
}

/** Unlike an async generator it can be ended while its source is waited for. */
const mapped = <A, B>(source: AsyncIterable<A>, change: (one: A) => Promise<B>): AsyncIterableIterator<B, void> => {
  const iterator = source[Symbol.asyncIterator]();
  const step = async (result: IteratorResult<A>): Promise<IteratorResult<B, void>> =>
    result.done === true ? done : { done: false, value: await change(result.value) };
  return {
    next: async () => step(await iterator.next()),
    return: async () => {
      await iterator.return?.();
      return done;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
};
