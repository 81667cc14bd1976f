import { type Etcd3 } from 'etcd3';
import { isRight } from 'fp-ts/lib/Either.js';
import { DeadLetter } from '../../domain/dead-letter.js';
import {
  type Corrections,
  DeadLetterOutcome,
  type LetterState,
  ReplayRequest,
} from '../../domain/dead-letter-outcome.js';
import { type SourceId } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { SourceCheckpoint } from '../../domain/source-checkpoint.js';
import { type LogAppend, type LogAppendAnswer } from './append-store.js';
import { cancellable } from './cancellable.js';
import { followSet } from './follow-set.js';
import { type Keys } from './keys.js';
import { claimWork, type HeldWork } from './maintenance-claim.js';
import { once, oneTry, type StoreAnswer } from './one-try.js';
import { getOne, listRange } from './range.js';
import { SeenLog } from './seen-log.js';
import { fromJson, toJson, tryFromJson } from './stored-json.js';
import { type StoredValue } from './stored-value.js';
import { type Compare, type Operation, transact, type TransactionAnswer } from './transaction.js';

export interface LetterPlace {
  readonly source: SourceId;
  readonly offset: number;
}

/** A request that waits, and its text as stored. */
export interface WaitingReplay extends LetterPlace {
  readonly request: ReplayRequest;
  readonly text: string;
}

/** What came of asking for something: nothing is written where the letter is not as it has to be. */
export type LetterDecision = 'done' | 'no-letter' | 'requested' | 'replayed' | 'discarded';

/**
 * Requests and outcomes of dead letters in etcd. Each is written by one transaction that compares what it rests on, so
 * that of several at once one counts. Methods make one try and reject only when `signal` aborts.
 */
export class EtcdDeadLetterStore {
  /** @param seen shared by all that append in one process */
  constructor(
    private readonly client: Etcd3,
    private readonly keys: Keys,
    private readonly holder: string,
    private readonly leaseSeconds: number,
    private readonly seen = new SeenLog(keys),
  ) {}

  /** Undefined where there is no such letter. Throws, naming the key, for one that this version cannot read. */
  async state(place: LetterPlace, signal: AbortSignal): Promise<StoreAnswer<LetterState | undefined>> {
    const read = await oneTry(signal, () => this.#stored(place, signal));
    if (read.kind === 'unknown') return read;
    return { kind: 'answered', value: read.value.letter && stateOf(read.value) };
  }

  /** Undefined where there is no such letter, or one that this version cannot read. */
  async letter(place: LetterPlace, signal: AbortSignal): Promise<StoreAnswer<DeadLetter | undefined>> {
    const key = this.keys.deadLetter(place.source, place.offset);
    const read = await oneTry(signal, () => getOne(this.client, key, signal, once));
    if (read.kind === 'unknown') return read;
    const { stored } = read.value;
    return { kind: 'answered', value: stored && tryFromJson(DeadLetter, stored) };
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
    const key = this.keys.replayRequest(place.source, place.offset);
    return this.#decide(place, [{ kind: 'put', key, value }], false, signal);
  }

  /** Settles a letter that is not to become events; a request that waits is taken back. */
  discard(place: LetterPlace, reason: string, at: Instant, signal: AbortSignal): Promise<StoreAnswer<LetterDecision>> {
    const value = toJson(DeadLetterOutcome, { kind: 'discarded', reason, at });
    const key = this.keys.letterOutcome(place.source, place.offset);
    const request = this.keys.replayRequest(place.source, place.offset);
    const operations: readonly Operation[] = [
      { kind: 'put', key, value },
      { kind: 'delete', key: request },
    ];
    return this.#decide(place, operations, true, signal);
  }

  claim(signal: AbortSignal): Promise<StoreAnswer<HeldWork | undefined>> {
    return claimWork(this.client, this.keys.replayClaim, this.holder, this.leaseSeconds, signal);
  }

  /** Whether a streamer has said that it reads letters again. */
  isServed(signal: AbortSignal): Promise<StoreAnswer<boolean>> {
    return oneTry(signal, async () => {
      const { stored } = await getOne(this.client, this.keys.replayClaim, signal, once);
      return stored !== undefined;
    });
  }

  async *follow(signal: AbortSignal): AsyncGenerator<readonly WaitingReplay[], void, undefined> {
    for await (const { values } of followSet(this.client, this.keys.replayRequests, signal)) {
      yield this.#waiting(values.values());
    }
  }

  pending(signal: AbortSignal): Promise<StoreAnswer<readonly WaitingReplay[]>> {
    return oneTry(signal, async () => {
      const found: StoredValue[] = [];
      for await (const page of listRange(this.client, this.keys.replayRequests, signal, once)) {
        if (page.kind === 'compacted') throw new Error('the requests were compacted while they were read');
        found.push(...page.values);
      }
      return this.#waiting(found);
    });
  }

  /** See `ReplayStore.append`; of the append's source no checkpoint is touched. */
  async append(
    append: LogAppend,
    { source, offset, text }: WaitingReplay,
    signal: AbortSignal,
  ): Promise<StoreAnswer<LogAppendAnswer>> {
    const { lane, claim } = append;
    const segments = append.segments.map(({ partition, sequence, bytes }) => ({
      key: this.keys.segment({ partition, lane, sequence }),
      value: bytes,
    }));
    const outcome = this.keys.letterOutcome(source, offset);
    const request = this.keys.replayRequest(source, offset);
    const see = this.seen.asked();
    const sent = transact(this.client, {
      compares: [
        ...this.seen.compares(),
        { kind: 'created', key: this.keys.lane(lane), revision: claim },
        { kind: 'value', key: request, value: Buffer.from(text) },
        { kind: 'absent', key: outcome },
        ...segments.map(({ key }): Compare => ({ kind: 'absent', key })),
      ],
      operations: [
        ...segments.map((segment): Operation => ({ kind: 'put', ...segment })),
        { kind: 'put', key: outcome, value: Buffer.from(append.checkpoint) },
        { kind: 'delete', key: request },
      ],
      elseGet: [this.keys.logIdentity, this.keys.lane(lane), outcome, ...segments.slice(0, 1).map(({ key }) => key)],
    });
    const answer = await cancellable(sent, signal);
    if (answer.kind === 'unknown') return answer;
    if (answer.kind === 'lease-gone') throw new Error('an append names no lease, and etcd says that it is gone');
    see(answer.revision);
    if (answer.kind === 'done') return { kind: 'answered', value: { kind: 'committed', revision: answer.revision } };
    const [log, held, checkpoint, segment] = answer.found;
    this.seen.assertSame(log);
    const found = { claim: held?.created, checkpoint: checkpoint?.value.toString('utf8'), segment: segment?.value };
    return { kind: 'answered', value: { kind: 'refused', ...found } };
  }

  async refuse(
    { source, offset, request, text }: WaitingReplay,
    reasons: readonly string[],
    signal: AbortSignal,
  ): Promise<StoreAnswer<boolean>> {
    const key = this.keys.replayRequest(source, offset);
    const sent = transact(this.client, {
      compares: [{ kind: 'value', key, value: Buffer.from(text) }],
      operations: [{ kind: 'put', key, value: toJson(ReplayRequest, { ...request, refused: reasons }) }],
    });
    return wasDone(await cancellable(sent, signal));
  }

  /** Rests on a letter that is there and has no outcome, and on its request as it was read. */
  async #decide(
    place: LetterPlace,
    operations: readonly Operation[],
    overWaiting: boolean,
    signal: AbortSignal,
  ): Promise<StoreAnswer<LetterDecision>> {
    const read = await oneTry(signal, () => this.#stored(place, signal));
    if (read.kind === 'unknown') return read;
    const { letter, request, outcome } = read.value;
    if (letter === undefined) return { kind: 'answered', value: 'no-letter' };
    const state = stateOf({ letter, request, outcome });
    if (state.outcome) return { kind: 'answered', value: state.outcome.kind };
    if (!overWaiting && state.request?.refused.length === 0) return { kind: 'answered', value: 'requested' };
    const key = this.keys.replayRequest(place.source, place.offset);
    const sent = transact(this.client, {
      compares: [
        { kind: 'created', key: letter.key, revision: letter.created },
        { kind: 'absent', key: this.keys.letterOutcome(place.source, place.offset) },
        request ? { kind: 'modified', key, revision: request.modified } : { kind: 'absent', key },
      ],
      operations,
    });
    const answer = wasDone(await cancellable(sent, signal));
    if (answer.kind === 'unknown') return answer;
    // Somebody else was quicker, or an earlier try of this was applied: look again.
    return answer.value ? { kind: 'answered', value: 'done' } : this.#decide(place, operations, overWaiting, signal);
  }

  async #stored({ source, offset }: LetterPlace, signal: AbortSignal) {
    const { stored: letter, revision: at } = await getOne(
      this.client,
      this.keys.deadLetter(source, offset),
      signal,
      once,
    );
    const options = { at, ...once };
    const { stored: request } = await getOne(this.client, this.keys.replayRequest(source, offset), signal, options);
    const { stored: outcome } = await getOne(this.client, this.keys.letterOutcome(source, offset), signal, options);
    return { letter, request, outcome };
  }

  /** Requests that nobody has refused; one that cannot be read waits for a program that can. */
  #waiting(values: Iterable<StoredValue>): readonly WaitingReplay[] {
    return [...values].flatMap((stored) => {
      const place = this.keys.parseReplayRequest(stored.key);
      const text = stored.value.toString('utf8');
      const decoded = ReplayRequest.decode(jsonOf(text));
      if (place === undefined || !isRight(decoded) || decoded.right.refused.length > 0) return [];
      return [{ ...place, text, request: decoded.right }];
    });
  }
}

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const stateOf = (found: {
  readonly letter: StoredValue | undefined;
  readonly request: StoredValue | undefined;
  readonly outcome: StoredValue | undefined;
}): LetterState => ({
  letter: fromJson(DeadLetter, found.letter!),
  request: found.request && fromJson(ReplayRequest, found.request),
  outcome: found.outcome && fromJson(DeadLetterOutcome, found.outcome),
});

const wasDone = (answer: TransactionAnswer): StoreAnswer<boolean> =>
  answer.kind === 'unknown' ? answer : { kind: 'answered', value: answer.kind === 'done' };
