import { type ExecutionResult, GraphQLError } from 'graphql';

/** GPUs, hosts, values and records that one request is answered with at most: 10,000 GPUs with 20 records each. */
const mostThings = 250_000;

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
  #refused: GraphQLError | undefined;

  constructor(private readonly most = mostThings) {
    this.#left = most;
  }

  /** Call it before so many things are shown. */
  readonly spend = (count: number): void => {
    if (this.#refused) throw this.#refused;
    this.#left -= count;
    if (this.#left < 0) throw this.#refuse();
  };

  /** The list, if the budget allows it; not even made when the budget is spent. */
  readonly allow = <A>(list: () => readonly A[]): readonly A[] => {
    this.spend(0);
    const made = list();
    this.spend(made.length);
    return made;
  };

  /**
   * The error of the first list that is too long. Tens of thousands beside it may be asked for yet: they are all refused
   * with one that has a path, of which graphql makes no other, because each would cost as much as an answer.
   */
  #refuse(): GraphQLError {
    const message =
      `The answer would hold more than ${this.most} GPUs, hosts, values and records. Ask for less of it at once: with ` +
      'filters, with a smaller `limit`, or by `telemetryPage`.';
    const extensions = { code: tooMuch };
    this.#refused = new GraphQLError(message, { extensions, path: [] });
    return new GraphQLError(message, { extensions });
  }
}
