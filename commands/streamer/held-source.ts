import { type StoreAnswer } from '../../domain/store-answer.js';
import { type SourceClaim } from '../append/append-port.js';
import { untilAnswered } from '../append/until-answered.js';
import { type IdentifiedSource } from '../source/source.js';
import { type HeldLane, type LaneHolder } from './held-lane.js';
import { persistenceOf } from './persistence.js';
import { type Streaming } from './streaming.js';

interface Held {
  readonly lane: HeldLane;
  readonly claim: SourceClaim;
}

/**
 * The source that a streamer reads, claimed on the lease of its lane, so that others read another one meanwhile. It has
 * at most one, and keeps it until it claims the next or lets it go.
 */
export class SourceHolder {
  #held: Held | undefined;
  /** What is being given back. */
  #giving: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly lanes: LaneHolder,
    private readonly streaming: Pick<Streaming, 'pause' | 'report'>,
  ) {}

  /** Gives the lane to append it in; undefined while another streamer has the source. What comes once is nobody else's. */
  async hold(source: Pick<IdentifiedSource, 'id' | 'unsettled'>, signal: AbortSignal): Promise<HeldLane | undefined> {
    await this.#giving;
    for (;;) {
      const lane = await this.lanes.hold(signal);
      if (source.unsettled() !== undefined || this.#holds(lane, source)) return lane;
      const claim = await this.#take(lane, source, signal);
      if (claim === 'lane lost') continue;
      if (claim === undefined) return undefined;
      this.letGo(signal);
      this.#held = { lane, claim };
      return lane;
    }
  }

  /** Gives the source back, so that others see that it has ended. The answer is waited for by who holds the next. */
  letGo(signal: AbortSignal): void {
    const held = this.#held;
    this.#held = undefined;
    if (held === undefined || signal.aborted) return;
    const { lane, claim } = held;
    this.#giving = this.#whileHeld(lane, signal, (until) => lane.claim.giveSource(claim, until));
    // Where nobody holds another, the lane is given back, and all with it.
    this.#giving.catch(() => undefined);
  }

  #holds(lane: HeldLane, { id }: Pick<IdentifiedSource, 'id'>): boolean {
    return this.#held?.lane === lane && this.#held.claim.source === id;
  }

  #take(lane: HeldLane, { id }: Pick<IdentifiedSource, 'id'>, signal: AbortSignal) {
    return this.#whileHeld(lane, signal, (until) => lane.claim.takeSource(id, until));
  }

  async #whileHeld<T>(
    { claim }: HeldLane,
    signal: AbortSignal,
    call: (until: AbortSignal) => Promise<StoreAnswer<T>>,
  ): Promise<T | 'lane lost'> {
    const until = AbortSignal.any([signal, claim.lost]);
    try {
      return await untilAnswered(() => call(until), until, persistenceOf(this.streaming));
    } catch (error) {
      if (claim.lost.aborted && !signal.aborted) return 'lane lost';
      throw error;
    }
  }
}
