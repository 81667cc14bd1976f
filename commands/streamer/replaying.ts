import { type SourceCheckpoint } from '../../domain/source-checkpoint.js';
import { deadLetterId } from '../../domain/dead-letter-id.js';
import { type PendingReplay } from '../../domain/dead-letter-outcome.js';
import { planReplay, type Replay } from '../dead-letters/replay-append.js';
import { type ReplayStore } from '../dead-letters/replay-port.js';
import { parseCheckpoint } from '../append/checkpoint-text.js';
import { settle, type Settlement } from '../append/settle.js';
import { SpaceGuard } from '../append/space-guard.js';
import { untilAnswered } from '../append/until-answered.js';
import { LaneHolder } from './held-lane.js';
import { persistenceOf } from './persistence.js';
import { laneHole } from './source-outcome.js';
import { type Streaming } from './streaming.js';
import { type Stops } from './turn.js';

const looksAtMost = 5;

/** Told of each letter that became events, or was refused once more. */
export type Notice = (line: string) => void;

/** Reads dead letters again, one after the other, in a lane that it holds until its end. */
export class Replaying {
  readonly #lanes: LaneHolder;
  readonly #space: SpaceGuard | undefined;

  constructor(
    private readonly store: ReplayStore,
    private readonly streaming: Streaming,
    private readonly notice: Notice,
    private readonly stops: Stops,
  ) {
    const { claims, gauge, report } = streaming;
    this.#lanes = new LaneHolder(claims, streaming);
    const onWaiting = (message: string | undefined) =>
      report(message === undefined ? { kind: 'going-on' } : { kind: 'waiting', message });
    this.#space = gauge && new SpaceGuard({ ...streaming, gauge, onWaiting });
  }

  end(): Promise<void> {
    return this.#lanes.release();
  }

  /** Through lost lanes, until the letter has an outcome, is refused, or its request has changed. */
  async replay(pending: PendingReplay): Promise<void> {
    const { stop } = this.stops;
    const letter = await this.#ask(() => this.store.letter(pending, stop), stop);
    const checkpoint = await this.#checkpointOf(pending);
    if (letter === undefined || checkpoint === undefined) {
      return this.#refuse(pending, [
        'the letter, or the checkpoint of its source, is not there, or cannot be read by this version',
      ]);
    }
    for (let looks = 0; looks < looksAtMost && !stop.aborted; looks++) {
      const settlement = await this.#append({ letter, checkpoint, request: pending.request }, pending);
      if (settlement === undefined || settlement.kind !== 'fenced') return;
      if (settlement.by === 'source') return;
      if (settlement.by === 'lane') await this.#lanes.release();
      if (settlement.by === 'place' && looks === looksAtMost - 1) await this.#tellHole(pending);
    }
  }

  async #tellHole(pending: PendingReplay): Promise<void> {
    const { claim } = await this.#lanes.hold(this.stops.stop);
    this.notice(`dead letter ${deadLetterId(pending)} is not replayed: ${laneHole(claim.lane)}`);
  }

  /** Undefined where the letter was refused. */
  async #append(replay: Replay, pending: PendingReplay): Promise<Settlement | undefined> {
    const { streaming, store } = this;
    const { stop, abandon } = this.stops;
    const lane = await this.#lanes.hold(stop);
    const { lane: number, revision: claim } = lane.claim;
    const heads = await this.#ask(() => streaming.store.readHeads(number, streaming.log.partitions, stop), stop);
    const place = { lane: number, claim, batch: lane.nextBatch, heads };
    const planned = planReplay(replay, place, streaming.log.partitions, streaming.encode, streaming.now());
    if (planned.kind === 'refused') {
      await this.#refuse(pending, planned.reasons);
      return undefined;
    }
    lane.nextBatch++;
    const { append, events } = planned;
    await this.#space?.room(
      append.segments.reduce((sum, { bytes }) => sum + bytes.length, 0),
      abandon,
      stop,
    );
    // Once sent it is sent again unchanged until a transaction answers, also when told to stop.
    const answer = await this.#ask(() => store.append(append, pending, abandon), abandon);
    const settlement = settle(append, { answer: { kind: 'answered', value: answer }, wasFirst: true });
    if (settlement.kind !== 'fenced')
      this.notice(`dead letter ${deadLetterId(pending)} became ${String(events)} events`);
    return settlement;
  }

  async #checkpointOf({ source }: PendingReplay): Promise<SourceCheckpoint | undefined> {
    const { stop } = this.stops;
    const text = await this.#ask(() => this.streaming.store.readCheckpoint(source, stop), stop);
    return text === undefined ? undefined : parseCheckpoint(text);
  }

  async #refuse(pending: PendingReplay, reasons: readonly string[]): Promise<void> {
    const { stop } = this.stops;
    const told = await this.#ask(() => this.store.refuse(pending, reasons, stop), stop);
    if (told) this.notice(`dead letter ${deadLetterId(pending)} is refused again: ${reasons.join('; ')}`);
  }

  #ask<T>(call: Parameters<typeof untilAnswered<T>>[0], signal: AbortSignal): Promise<T> {
    return untilAnswered(call, signal, persistenceOf(this.streaming));
  }
}
