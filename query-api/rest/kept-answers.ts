import { type Instant } from '../../domain/instant.js';
import { type Fleet } from '../model/fleet.js';
import { type Clock } from '../queries/clock.js';

/** For how long an answer stays what it is, as long as the models do. */
export interface Lasting {
  readonly from: Instant;
  /** From here on a status in it may be another. */
  readonly until: Instant | undefined;
}

const isLasting = ({ from, until }: Lasting, { now }: Clock): boolean =>
  now >= from && (until === undefined || now < until);

interface OfOneState<Answer> {
  readonly answers: Map<string, Answer>;
  bytes: number;
}

/** Bytes of answers, and of what was asked for them, kept of one state of the models. */
const mostBytes = 64 << 20;

/** Answers by what was asked, each for as long as it lasts and as the models are those that it follows from. */
export class KeptAnswers<Answer extends { readonly lasting: Lasting }> {
  readonly #kept = new WeakMap<Fleet, OfOneState<Answer>>();

  /** @param sizeOf bytes of an answer */
  constructor(
    private readonly sizeOf: (answer: Answer) => number,
    private readonly most = mostBytes,
  ) {}

  /** @param asked all that the answer depends on beside the models and the clock */
  get(fleet: Fleet, clock: Clock, asked: string): Answer | undefined {
    const kept = this.#kept.get(fleet)?.answers.get(asked);
    return kept && isLasting(kept.lasting, clock) ? kept : undefined;
  }

  /** Takes the place of what was answered before; what there is no room for is not kept. */
  keep(fleet: Fleet, asked: string, answer: Answer): void {
    const kept = this.#kept.get(fleet) ?? { answers: new Map<string, Answer>(), bytes: 0 };
    this.#kept.set(fleet, kept);
    const before = kept.answers.get(asked);
    const more = this.sizeOf(answer) - (before ? this.sizeOf(before) : -2 * asked.length);
    if (kept.bytes + more > this.most) return;
    kept.bytes += more;
    kept.answers.set(asked, answer);
  }

  /** Bytes that are kept of a state of the models. */
  bytesOf(fleet: Fleet): number {
    return this.#kept.get(fleet)?.bytes ?? 0;
  }
}
