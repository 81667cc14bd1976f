import { type Etcd3 } from 'etcd3';
import { DeadLetter } from '../../domain/dead-letter.js';
import { type LetterPlace } from '../../domain/dead-letter-id.js';
import {
  type Corrections,
  DeadLetterOutcome,
  type LetterState,
  ReplayRequest,
} from '../../domain/dead-letter-outcome.js';
import { type SourceId } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { SourceCheckpoint } from '../../domain/source-checkpoint.js';
import { type StoreAnswer } from '../../domain/store-answer.js';
import { cancellable } from './cancellable.js';
import { type Keys } from './keys.js';
import { once, oneTry } from './one-try.js';
import { getOne } from './range.js';
import { fromJson, toJson, tryFromJson } from './stored-json.js';
import { type StoredValue } from './stored-value.js';
import { type Operation, transact } from './transaction.js';

/** What a decision writes, and whether it counts while a request waits. */
interface Decision {
  readonly operations: readonly Operation[];
  readonly overWaiting: boolean;
}

/** A letter and what was decided about it, as they stand. */
interface Stored {
  readonly letter: StoredValue | undefined;
  readonly request: StoredValue | undefined;
  readonly outcome: StoredValue | undefined;
}

/** What came of asking for something: nothing is written where the letter is not as it has to be. */
export type LetterDecision = 'done' | 'no-letter' | 'requested' | 'replayed' | 'discarded';

/**
 * What operators decide about dead letters, in etcd. Each decision is written by one transaction that compares what it
 * rests on, so that of several at once one counts. Methods make one try and reject only when `signal` aborts.
 */
export class EtcdLetterDesk {
  constructor(
    private readonly client: Etcd3,
    private readonly keys: Keys,
  ) {}

  /** Undefined where there is no such letter. Throws, naming the key, for one that this version cannot read. */
  async state(place: LetterPlace, signal: AbortSignal): Promise<StoreAnswer<LetterState | undefined>> {
    const read = await oneTry(signal, () => this.#stored(place, signal));
    if (read.kind === 'unknown') return read;
    return { kind: 'answered', value: read.value.letter && stateOf(read.value) };
  }

  /** The names in the header line of a source; undefined where its checkpoint does not say, or cannot be read. */
  columns(source: SourceId, signal: AbortSignal): Promise<StoreAnswer<readonly string[] | undefined>> {
    return oneTry(signal, async () => {
      const { stored } = await getOne(this.client, this.keys.source(source), signal, once);
      return stored && tryFromJson(SourceCheckpoint, stored)?.columns;
    });
  }

  /** Asks for a letter to be read again; a request that was refused is replaced. */
  request(
    place: LetterPlace,
    set: Corrections,
    at: Instant,
    signal: AbortSignal,
  ): Promise<StoreAnswer<LetterDecision>> {
    const value = toJson(ReplayRequest, { set, at, refused: [] });
    const key = this.keys.replayRequest(place);
    return this.#decide(place, { operations: [{ kind: 'put', key, value }], overWaiting: false }, signal);
  }

  /** Settles a letter that is not to become events; a request that waits is taken back. */
  discard(place: LetterPlace, reason: string, at: Instant, signal: AbortSignal): Promise<StoreAnswer<LetterDecision>> {
    const value = toJson(DeadLetterOutcome, { kind: 'discarded', reason, at });
    const key = this.keys.letterOutcome(place);
    const request = this.keys.replayRequest(place);
    const operations: readonly Operation[] = [
      { kind: 'put', key, value },
      { kind: 'delete', key: request },
    ];
    return this.#decide(place, { operations, overWaiting: true }, signal);
  }

  /** Whether a streamer has said that it reads letters again. */
  isServed(signal: AbortSignal): Promise<StoreAnswer<boolean>> {
    return oneTry(signal, async () => {
      const { stored } = await getOne(this.client, this.keys.replayClaim, signal, once);
      return stored !== undefined;
    });
  }

  /** Rests on a letter that is there and has no outcome, and on its request as it was read. */
  async #decide(place: LetterPlace, decision: Decision, signal: AbortSignal): Promise<StoreAnswer<LetterDecision>> {
    const read = await oneTry(signal, () => this.#stored(place, signal));
    if (read.kind === 'unknown') return read;
    const { letter, request, outcome } = read.value;
    if (letter === undefined) return { kind: 'answered', value: 'no-letter' };
    const state = stateOf({ letter, request, outcome });
    if (state.outcome) return { kind: 'answered', value: state.outcome.kind };
    if (!decision.overWaiting && state.request?.refused.length === 0) return { kind: 'answered', value: 'requested' };
    const key = this.keys.replayRequest(place);
    const sent = transact(this.client, {
      compares: [
        { kind: 'created', key: letter.key, revision: letter.created },
        { kind: 'absent', key: this.keys.letterOutcome(place) },
        request ? { kind: 'modified', key, revision: request.modified } : { kind: 'absent', key },
      ],
      operations: decision.operations,
    });
    const answer = await cancellable(sent, signal);
    if (answer.kind === 'unknown') return answer;
    // Where it is refused somebody else was quicker, or an earlier try of this was applied: look again.
    return answer.kind === 'done' ? { kind: 'answered', value: 'done' } : this.#decide(place, decision, signal);
  }

  async #stored(place: LetterPlace, signal: AbortSignal): Promise<Stored> {
    const key = this.keys.deadLetter(place);
    const { stored: letter, revision: at } = await getOne(this.client, key, signal, once);
    const options = { at, ...once };
    const { stored: request } = await getOne(this.client, this.keys.replayRequest(place), signal, options);
    const { stored: outcome } = await getOne(this.client, this.keys.letterOutcome(place), signal, options);
    return { letter, request, outcome };
  }
}

const stateOf = (found: Stored): LetterState => ({
  letter: fromJson(DeadLetter, found.letter!),
  request: found.request && fromJson(ReplayRequest, found.request),
  outcome: found.outcome && fromJson(DeadLetterOutcome, found.outcome),
});
