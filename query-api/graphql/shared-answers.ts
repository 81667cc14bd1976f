import { type ExecutionResult } from 'graphql';

const written = ({ errors, ...rest }: ExecutionResult): Buffer =>
  Buffer.from(JSON.stringify(errors ? { ...rest, errors: errors.map((error) => error.toJSON()) } : rest), 'utf8');

/** Answers to events, as they are sent: thousands of subscribers of one dashboard all want the same of each. */
export class SharedAnswers {
  readonly #answers = new WeakMap<object, Map<string, Buffer>>();

  /**
   * UTF-8, and the same object for all who ask for the same.
   *
   * @param asked the document, operation and variables as one text
   * @param answer depends on nothing but this and the event
   */
  answer<Event extends object>(event: Event, asked: string, answer: (event: Event) => ExecutionResult): Buffer {
    let answers = this.#answers.get(event);
    if (!answers) this.#answers.set(event, (answers = new Map<string, Buffer>()));
    const known = answers.get(asked);
    if (known) return known;
    const made = written(answer(event));
    answers.set(asked, made);
    return made;
  }
}
