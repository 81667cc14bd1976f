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
/** What keeping one takes beside its bytes, about. */
const eachBytes = 600;

/**
 * Answers by what was asked, each for as long as it lasts and as the models are those that it follows from. Where there
 * is no more room those make it that nobody has asked for the longest: models that stand still are asked about for ever.
 */
export class KeptAnswers<Answer extends { readonly lasting: Lasting }> {
  readonly #kept = new WeakMap<Fleet, OfOneState<Answer>>();

  /** @param sizeOf bytes of an answer */
  constructor(
    private readonly sizeOf: (answer: Answer) => number,
    private readonly most = mostBytes,
  ) {}

  /** @param asked all that the answer depends on beside the models and the clock */
  get(fleet: Fleet, clock: Clock, asked: string): Answer | undefined {
    const answers = this.#kept.get(fleet)?.answers;
    const answer = answers?.get(asked);
    if (!answer || !isLasting(answer.lasting, clock)) return undefined;
    answers!.delete(asked);
    answers!.set(asked, answer);
    return answer;
  }

  /** Takes the place of what was answered before; what there is no room for at all is not kept. */
  keep(fleet: Fleet, asked: string, answer: Answer): void {
    const kept = this.#kept.get(fleet) ?? { answers: new Map<string, Answer>(), bytes: 0 };
    this.#kept.set(fleet, kept);
    this.#drop(kept, asked);
    if (this.#bytesOf(asked, answer) > this.most) return;
    kept.bytes += this.#bytesOf(asked, answer);
    kept.answers.set(asked, answer);
    for (const oldest of kept.answers.keys()) {
      if (kept.bytes <= this.most) return;
      this.#drop(kept, oldest);
    }
  }

  #drop(kept: OfOneState<Answer>, asked: string): void {
    const answer = kept.answers.get(asked);
    if (!answer) return;
    kept.answers.delete(asked);
    kept.bytes -= this.#bytesOf(asked, answer);
  }

  #bytesOf(asked: string, answer: Answer): number {
    return this.sizeOf(answer) + 2 * asked.length + eachBytes;
  }

  /** Bytes that are kept of a state of the models. */
  bytesOf(fleet: Fleet): number {
    return this.#kept.get(fleet)?.bytes ?? 0;
  }
}
