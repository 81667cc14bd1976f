import { type LaneClaim, type LaneClaims } from '../append/append-port.js';
import { type Sequence } from '../../domain/ids.js';
import { untilAnswered } from '../append/until-answered.js';
import { persistenceOf } from './persistence.js';
import { type Streaming } from './streaming.js';

/** A lane's claim with the number of its next append, which counts on for the whole life of the claim. */
export interface HeldLane {
  readonly claim: LaneClaim;
  nextBatch: number;
  /**
   * The next sequence in each partition behind all that is settled: only who holds the claim appends to the lane.
   * Undefined before they are read, and when something was dropped that may stand in the log.
   */
  heads: readonly Sequence[] | undefined;
}

const askAgainMs = 1_000;

/** The lane of one streamer: claimed when it is first needed, and claimed anew after it was lost. */
export class LaneHolder {
  #held: HeldLane | undefined;

  constructor(
    private readonly claims: LaneClaims,
    private readonly streaming: Pick<Streaming, 'pause' | 'report'>,
  ) {}

  /** Waits while all lanes are taken; rejects when the signal aborts. */
  async hold(signal: AbortSignal): Promise<HeldLane> {
    if (this.#held && !this.#held.claim.lost.aborted) return this.#held;
    await this.release();
    const claim = await this.#claim(signal);
    this.streaming.report({ kind: 'lane-claimed', lane: claim.lane });
    return (this.#held = { claim, nextBatch: 0, heads: undefined });
  }

  /** Gives the lane back, also one that another holds by now. */
  async release(): Promise<void> {
    const held = this.#held;
    this.#held = undefined;
    await held?.claim.release();
  }

  async #claim(signal: AbortSignal): Promise<LaneClaim> {
    const { report, pause } = this.streaming;
    for (let waited = false; ; waited = true) {
      const claim = await untilAnswered(() => this.claims.claim(signal), signal, persistenceOf(this.streaming));
      if (claim) {
        if (waited) report({ kind: 'going-on' });
        return claim;
      }
      const message = 'all 16 lanes of the log are held by streamers; this one goes on when another ends';
      report({ kind: 'waiting', message });
      await pause(askAgainMs, signal);
    }
  }
}
