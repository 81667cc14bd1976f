import { type ExecutionResult } from 'graphql';

/** An answer as UTF-8, at first on its way. */
type Answer = Buffer | Promise<Buffer>;

const written = ({ errors, ...rest }: ExecutionResult): Buffer =>
  Buffer.from(JSON.stringify(errors ? { ...rest, errors: errors.map((error) => error.toJSON()) } : rest), 'utf8');

/** Answers to events, as they are sent: thousands of subscribers of one dashboard all want the same of each. */
export class SharedAnswers {
  readonly #answers = new WeakMap<object, Map<string, Answer>>();

  /**
   * @param asked the document, operation and variables as one text
   * @param answer depends on nothing but this and the event
   */
  answer(event: object, asked: string, answer: (event: object) => Promise<ExecutionResult>): Answer {
    let answers = this.#answers.get(event);
    if (!answers) this.#answers.set(event, (answers = new Map<string, Answer>()));
    const known = answers.get(asked);
    if (known !== undefined) return known;
    const made = answer(event).then((result) => {
      const payload = written(result);
      answers.set(asked, payload);
      return payload;
    });
    answers.set(asked, made);
    return made;
  }
}
