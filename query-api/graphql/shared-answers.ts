import { type ExecutionResult } from 'graphql';

const written = ({ errors, ...rest }: ExecutionResult): Buffer =>
  Buffer.from(JSON.stringify(errors ? { ...rest, errors: errors.map((error) => error.toJSON()) } : rest), 'utf8');

/** Bytes of answers in one generation at most. */
const mostBytes = 16 << 20;
/** What keeping one takes beside its bytes, about. */
const eachBytes = 200;

type Kept = WeakMap<object, Map<string, Buffer>>;

/**
 * Answers to events, as they are sent: thousands of subscribers of one dashboard all want the same of each. They are
 * kept in two generations, of which the older is dropped as a whole when the younger is full: subscribers that do not
 * keep up hold thousands of events, and each of them may want another answer to each.
 */
export class SharedAnswers {
  #young: Kept = new WeakMap();
  #old: Kept = new WeakMap();
  #bytes = 0;

  /** @param most bytes of one generation */
  constructor(private readonly most = mostBytes) {}

  /**
   * UTF-8, and the same object for all who ask for the same at about the same time.
   *
   * @param asked the document, operation and variables as one text
   * @param answer depends on nothing but this and the event
   */
  answer<Event extends object>(event: Event, asked: string, answer: (event: Event) => ExecutionResult): Buffer {
    const known = this.#young.get(event)?.get(asked) ?? this.#old.get(event)?.get(asked);
    if (known) return known;
    const made = written(answer(event));
    this.#keep(event, asked, made);
    return made;
  }

  #keep(event: object, asked: string, answer: Buffer): void {
    this.#bytes += answer.length + eachBytes;
    if (this.#bytes > this.most) {
      [this.#old, this.#young] = [this.#young, new WeakMap()];
      this.#bytes = answer.length + eachBytes;
    }
    const answers = this.#young.get(event);
    if (answers) answers.set(asked, answer);
    else this.#young.set(event, new Map([[asked, answer]]));
  }
}
