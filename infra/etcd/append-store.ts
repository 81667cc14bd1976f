import { type Etcd3 } from 'etcd3';
import { DeadLetter } from '../../domain/dead-letter.js';
import { type Lane, type Partition, type Sequence, type SourceId } from '../../domain/ids.js';
import { type LogIdentity } from '../../domain/log-identity.js';
import { type Revision } from '../../domain/revision.js';
import { cancellable } from './cancellable.js';
import { type Keys } from './keys.js';
import { readExtents } from './lane-extents.js';
import { openLogAt } from './log-identity-store.js';
import { once, oneTry, type StoreAnswer } from './one-try.js';
import { getOne } from './range.js';
import { SeenLog } from './seen-log.js';
import { toJson } from './stored-json.js';
import { type TransactionLine } from './transaction-line.js';
import { type Compare, type Operation, type Transaction, type TransactionAnswer } from './transaction.js';
import { type Transactor, transactor } from './transactor.js';

/** One append, which is one transaction; all of it is fixed before it is sent for the first time. */
export interface LogAppend {
  readonly lane: Lane;
  /** The create revision of the lane's claim. */
  readonly claim: Revision;
  readonly source: SourceId;
  /** The source's checkpoint before and after, as stored. */
  readonly prior: string | undefined;
  readonly checkpoint: string;
  readonly segments: readonly {
    readonly partition: Partition;
    readonly sequence: Sequence;
    readonly bytes: Uint8Array;
  }[];
  readonly deadLetters: readonly DeadLetter[];
}

/** What a transaction said to an append. */
export type LogAppendAnswer =
  | { readonly kind: 'committed'; readonly revision: Revision }
  | {
      readonly kind: 'refused';
      readonly claim: Revision | undefined;
      readonly checkpoint: string | undefined;
      /** What stands at the key of the first segment. */
      readonly segment: Uint8Array | undefined;
    };

/**
 * The write side of the log in etcd. Every method makes one try, with a deadline, and rejects only when `signal` aborts
 * or etcd is no longer what it was: with HistoryRolledBack or LogReplaced (promise L9).
 */
export class EtcdAppendStore {
  readonly #transact: Transactor;

  /**
   * @param seen shared by all that append in one process
   * @param line what is sent takes it while it is open; absent, the client is asked
   */
  constructor(
    private readonly client: Etcd3,
    private readonly keys: Keys,
    private readonly seen = new SeenLog(keys),
    private readonly line?: TransactionLine,
  ) {
    this.#transact = transactor(client, line);
  }

  async open(partitions: number, signal: AbortSignal): Promise<StoreAnswer<LogIdentity>> {
    const see = this.seen.asked();
    const opened = await openLogAt(this.client, this.keys, partitions, signal);
    if (opened.kind === 'unknown') return opened;
    const { identity, modified, revision } = opened.value;
    see(revision);
    this.seen.opened(modified);
    this.line?.open();
    return { kind: 'answered', value: identity };
  }

  async readCheckpoint(source: SourceId, signal: AbortSignal): Promise<StoreAnswer<string | undefined>> {
    const see = this.seen.asked();
    const read = await oneTry(signal, () => getOne(this.client, this.keys.source(source), signal, once));
    if (read.kind === 'unknown') return read;
    see(read.value.revision);
    return { kind: 'answered', value: read.value.stored?.value.toString('utf8') };
  }

  /** Writes a source's plan where nothing stands yet; gives what stands there then. */
  writePlan(source: SourceId, plan: string, signal: AbortSignal): Promise<StoreAnswer<string>> {
    return this.#writeOver(this.keys.source(source), undefined, plan, signal);
  }

  /** Writes what the dead letters of a split file amount to where `prior` stands; gives what stands there then. */
  writeLetterCounts(
    file: SourceId,
    prior: string | undefined,
    counts: string,
    signal: AbortSignal,
  ): Promise<StoreAnswer<string>> {
    return this.#writeOver(this.keys.letterCounts(file), prior, counts, signal);
  }

  /** The next sequence of a lane in each partition, all at one revision. Only worth something after the lane's claim. */
  async readHeads(lane: Lane, partitions: number, signal: AbortSignal): Promise<StoreAnswer<readonly Sequence[]>> {
    const lanes = Array.from({ length: partitions }, (_, partition) => ({ partition: partition as Partition, lane }));
    const see = this.seen.asked();
    const read = await oneTry(signal, () => readExtents(this.client, this.keys, lanes, signal, once));
    if (read.kind === 'unknown') return read;
    see(read.value.revision);
    return { kind: 'answered', value: read.value.extents.map(({ end }) => end) };
  }

  async append(append: LogAppend, signal: AbortSignal): Promise<StoreAnswer<LogAppendAnswer>> {
    const answer = await this.#send(appendTransaction(this.keys, append, this.seen), signal);
    if (answer.kind === 'unknown') return answer;
    if (answer.kind === 'done') return { kind: 'answered', value: { kind: 'committed', revision: answer.revision } };
    const [log, claim, checkpoint, segment] = answer.found;
    this.seen.assertSame(log);
    const found = {
      claim: claim?.created,
      checkpoint: checkpoint?.value.toString('utf8'),
      segment: segment?.value,
    };
    return { kind: 'answered', value: { kind: 'refused', ...found } };
  }

  async #writeOver(
    key: string,
    prior: string | undefined,
    text: string,
    signal: AbortSignal,
  ): Promise<StoreAnswer<string>> {
    const answer = await this.#send(
      {
        compares: [...this.seen.compares(), before(key, prior)],
        operations: [{ kind: 'put', key, value: Buffer.from(text) }],
        elseGet: [this.keys.logIdentity, key],
      },
      signal,
    );
    if (answer.kind === 'unknown') return answer;
    if (answer.kind === 'done') return { kind: 'answered', value: text };
    const [log, stored] = answer.found;
    this.seen.assertSame(log);
    if (stored === undefined) throw new Error(`${key} has been deleted, and nothing here deletes it`);
    return { kind: 'answered', value: stored.value.toString('utf8') };
  }

  async #send(
    transaction: Transaction,
    signal: AbortSignal,
  ): Promise<Exclude<TransactionAnswer, { readonly kind: 'lease-gone' }>> {
    const see = this.seen.asked();
    const answer = await cancellable(this.#transact(transaction), signal);
    if (answer.kind === 'lease-gone') throw new Error('an append names no lease, and etcd says that it is gone');
    if (answer.kind === 'unknown') return answer;
    see(answer.revision);
    return answer;
  }
}

/** What stands at a key is `prior`; undefined: nothing does. */
const before = (key: string, prior: string | undefined): Compare =>
  prior === undefined ? { kind: 'absent', key } : { kind: 'value', key, value: Buffer.from(prior) };

/**
 * Compares: the log is the one that was opened, the lane is still the claim that was made, the source's checkpoint is
 * the one before this, no segment stands where one is to stand. Puts: segments, dead letters, the new checkpoint (promise L3).
 */
const appendTransaction = (keys: Keys, append: LogAppend, seen: SeenLog): Transaction => {
  const { lane, source, prior } = append;
  const segments = append.segments.map(({ partition, sequence, bytes }) => ({
    key: keys.segment({ partition, lane, sequence }),
    value: bytes,
  }));
  const checkpoint = keys.source(source);
  return {
    compares: [
      ...seen.compares(),
      { kind: 'created', key: keys.lane(lane), revision: append.claim },
      before(checkpoint, prior),
      ...segments.map(({ key }): Compare => ({ kind: 'absent', key })),
    ],
    operations: [
      ...segments.map((segment): Operation => ({ kind: 'put', ...segment })),
      ...append.deadLetters.map((letter): Operation => ({
        kind: 'put',
        key: keys.deadLetter(letter.source, letter.offset),
        value: toJson(DeadLetter, letter),
      })),
      { kind: 'put', key: checkpoint, value: Buffer.from(append.checkpoint) },
    ],
    elseGet: [keys.logIdentity, keys.lane(lane), checkpoint, ...segments.slice(0, 1).map(({ key }) => key)],
  };
};
