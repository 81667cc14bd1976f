import { type Etcd3 } from 'etcd3';
import { type Append, type AppendAnswer } from '../../domain/append.js';
import { DeadLetter } from '../../domain/dead-letter.js';
import { type LetterPlace } from '../../domain/dead-letter-id.js';
import { type PendingReplay, ReplayRequest } from '../../domain/dead-letter-outcome.js';
import { type StoreAnswer } from '../../domain/store-answer.js';
import { appendAnswer, replayTransaction } from './append-transaction.js';
import { cancellable } from './cancellable.js';
import { followSet } from './follow-set.js';
import { type Keys } from './keys.js';
import { once, oneTry } from './one-try.js';
import { getOne, listRange } from './range.js';
import { assertSameLog, lookAtSameLog } from './same-log.js';
import { type SeenLog } from './seen-log.js';
import { sendLeaseless } from './send-seen.js';
import { toJson, tryFromJson } from './stored-json.js';
import { type StoredValue } from './stored-value.js';
import { transact } from './transaction.js';
import { claimWork, type HeldWork } from './work-claim.js';

/**
 * Dead letters that are to be read again, and what came of it, in etcd. Every method but `follow` makes one try. All
 * reject only when `signal` aborts or etcd is no longer what it was: with HistoryRolledBack or LogReplaced (promise L9).
 */
export class EtcdReplayStore {
  /** @param seen shared by all that append in one process */
  constructor(
    private readonly client: Etcd3,
    private readonly keys: Keys,
    private readonly holder: string,
    private readonly leaseSeconds: number,
    private readonly seen: SeenLog,
  ) {}

  /** A streamer asks for it again and again, also one that has nothing to append: it is told so that etcd has gone back. */
  async claim(signal: AbortSignal): Promise<StoreAnswer<HeldWork | undefined>> {
    const looked = await lookAtSameLog(this.client, this.seen, signal);
    if (looked.kind === 'unknown') return looked;
    return claimWork(this.client, this.keys.replayClaim, this.holder, this.leaseSeconds, signal);
  }

  async *follow(signal: AbortSignal): AsyncGenerator<readonly PendingReplay[], void, undefined> {
    const stillSame = (until: AbortSignal) => assertSameLog(this.client, this.seen, until);
    for await (const { values } of followSet(this.client, this.keys.replayRequests, signal, { stillSame })) {
      yield this.#waiting(values.values());
    }
  }

  pending(signal: AbortSignal): Promise<StoreAnswer<readonly PendingReplay[]>> {
    return oneTry(signal, async () => {
      const found: StoredValue[] = [];
      for await (const page of listRange(this.client, this.keys.replayRequests, signal, once)) {
        if (page.kind === 'compacted') throw new Error('the requests were compacted while they were read');
        found.push(...page.values);
      }
      return this.#waiting(found);
    });
  }

  /** Undefined where there is no such letter, or one that this version cannot read. */
  async letter(place: LetterPlace, signal: AbortSignal): Promise<StoreAnswer<DeadLetter | undefined>> {
    const key = this.keys.deadLetter(place);
    const read = await oneTry(signal, () => getOne(this.client, key, signal, once));
    if (read.kind === 'unknown') return read;
    const { stored } = read.value;
    return { kind: 'answered', value: stored && tryFromJson(DeadLetter, stored) };
  }

  /** See `ReplayStore.append`; of the append's source no checkpoint is touched. */
  async append(append: Append, waiting: PendingReplay, signal: AbortSignal): Promise<StoreAnswer<AppendAnswer>> {
    const { client, keys, seen } = this;
    const sent = replayTransaction(keys, append, waiting, seen);
    return appendAnswer(await sendLeaseless((transaction) => transact(client, transaction), sent, seen, signal), seen);
  }

  async refuse(waiting: PendingReplay, reasons: readonly string[], signal: AbortSignal): Promise<StoreAnswer<boolean>> {
    const { request, text } = waiting;
    const key = this.keys.replayRequest(waiting);
    const sent = transact(this.client, {
      compares: [{ kind: 'value', key, value: Buffer.from(text) }],
      operations: [{ kind: 'put', key, value: toJson(ReplayRequest, { ...request, refused: reasons }) }],
    });
    const answer = await cancellable(sent, signal);
    return answer.kind === 'unknown' ? answer : { kind: 'answered', value: answer.kind === 'done' };
  }

  /** Requests that nobody has refused; one that cannot be read waits for a program that can. */
  #waiting(values: Iterable<StoredValue>): readonly PendingReplay[] {
    return [...values].flatMap((stored) => {
      const place = this.keys.parseReplayRequest(stored.key);
      const request = tryFromJson(ReplayRequest, stored);
      if (place === undefined || request === undefined || request.refused.length > 0) return [];
      return [{ ...place, text: stored.value.toString('utf8'), request }];
    });
  }
}
