import { earlier, type Instant } from '../../domain/instant.js';
import { type PreparedBody } from '../http/prepared-body.js';
import { type Fleet } from '../model/fleet.js';
import { type Clock } from '../queries/clock.js';
import { nextTurn } from '../queries/next-turn.js';

/** For how long an answer stays what it is, as long as the models do. */
export interface Lasting {
  readonly from: Instant;
  /** From here on a status in it may be another. */
  readonly until: Instant | undefined;
}

export const isLasting = ({ from, until }: Lasting, { now }: Clock): boolean =>
  now >= from && (until === undefined || now < until);

export interface Kept {
  readonly body: PreparedBody;
  readonly lasting: Lasting;
}

/** Bytes of answers, and of what was asked for them, kept of one state of the models. */
const mostBytes = 64 << 20;

/** The answers that follow from the models alone, for as long as neither they nor a status have changed. */
export class AnswerCache {
  readonly #kept = new WeakMap<Fleet, { readonly bodies: Map<string, Kept>; bytes: number }>();

  constructor(private readonly most = mostBytes) {}

  /** @param asked all that the answer depends on beside the models and the clock */
  get(fleet: Fleet, clock: Clock, asked: string): Kept | undefined {
    const kept = this.#kept.get(fleet)?.bodies.get(asked);
    return kept && isLasting(kept.lasting, clock) ? kept : undefined;
  }

  /** @param forAtMost nanoseconds, for what follows from more than the models: history that is deleted changes none */
  keep(fleet: Fleet, clock: Clock, asked: string, body: PreparedBody, forAtMost?: bigint): void {
    const kept = this.#kept.get(fleet) ?? { bodies: new Map<string, Kept>(), bytes: 0 };
    this.#kept.set(fleet, kept);
    const before = kept.bodies.get(asked);
    const more = before ? body.bytes.length - before.body.bytes.length : body.bytes.length + 2 * asked.length;
    if (kept.bytes + more > this.most) return;
    kept.bytes += more;
    const limit = forAtMost === undefined ? undefined : ((clock.now + forAtMost) as Instant);
    const until = earlier(nextTurn(fleet, clock), limit);
    kept.bodies.set(asked, { body, lasting: { from: clock.now, until } });
  }
}
