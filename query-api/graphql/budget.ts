import { type ExecutionResult, GraphQLError } from 'graphql';

/** GPUs, hosts, values and records that one request is answered with at most: 10,000 GPUs with 20 records each. */
export const mostThings = 250_000;

const tooMuch = 'TOO_MUCH';

/** Whether nothing else is wrong with an answer than that it would hold too much (promise Q3). */
export const isTooMuch = ({ errors = [] }: ExecutionResult): boolean =>
  errors.length > 0 && errors.every(({ extensions }) => extensions['code'] === tooMuch);

/**
 * What the lists of one request may still hold together. The limits of documents cannot know how long lists are, and
 * lists within lists grow beyond any memory.
 */
export class Budget {
  #left: number;

  constructor(private readonly most = mostThings) {
    this.#left = most;
  }

  /** Call it before a list is shown. */
  readonly spend = (count: number): void => {
    this.#left -= count;
    if (this.#left >= 0) return;
    throw new GraphQLError(
      `The answer would hold more than ${this.most} GPUs, hosts, values and records. Ask for less of it at once: with ` +
        'filters, with a smaller `limit`, or by `telemetryPage`.',
      { extensions: { code: tooMuch } },
    );
  };

  /** The list, if the budget allows it. */
  readonly allow = <A>(list: readonly A[]): readonly A[] => {
    this.spend(list.length);
    return list;
  };
}
