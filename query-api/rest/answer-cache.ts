import { earlier, type Instant } from '../../domain/instant.js';
import { type PreparedBody } from '../http/prepared-body.js';
import { type Fleet } from '../model/fleet.js';
import { type Clock } from '../queries/clock.js';
import { nextStatusChange } from '../queries/next-status-change.js';
import { KeptAnswers, type Lasting } from './kept-answers.js';

export interface Kept {
  readonly body: PreparedBody;
  readonly lasting: Lasting;
}

/** The answers that follow from the models alone, for as long as neither they nor a status have changed. */
export class AnswerCache {
  readonly #kept: KeptAnswers<Kept>;

  /** @param most bytes that are kept of one state of the models */
  constructor(most?: number) {
    this.#kept = new KeptAnswers(({ body }) => body.bytes.length, most);
  }

  /** @param asked all that the answer depends on beside the models and the clock */
  get(fleet: Fleet, clock: Clock, asked: string): Kept | undefined {
    return this.#kept.get(fleet, clock, asked);
  }

  /**
   * Gives back what is to be kept, whether there is room for it or not.
   *
   * @param forAtMost nanoseconds, for what follows from more than the models: history that is deleted changes none
   */
  keep(fleet: Fleet, clock: Clock, asked: string, body: PreparedBody, forAtMost?: bigint): Kept {
    const limit = forAtMost === undefined ? undefined : ((clock.now + forAtMost) as Instant);
    const until = earlier(nextStatusChange(fleet, clock), limit);
    const kept = { body, lasting: { from: clock.now, until } };
    this.#kept.keep(fleet, asked, kept);
    return kept;
  }

  /** Bytes that are kept of a state of the models. */
  bytesOf(fleet: Fleet): number {
    return this.#kept.bytesOf(fleet);
  }
}
