import { type Etcd3 } from 'etcd3';
import { type Append, type AppendAnswer } from '../../domain/append.js';
import { type Lane, type Partition, type Sequence, type SourceId } from '../../domain/ids.js';
import { type LogIdentity } from '../../domain/log-identity.js';
import { type StoreAnswer } from '../../domain/store-answer.js';
import { appendAnswer, appendTransaction, holds } from './append-transaction.js';
import { type Keys } from './keys.js';
import { readExtents } from './lane-extents.js';
import { openLogAt } from './log-identity-store.js';
import { once, oneTry } from './one-try.js';
import { getOne } from './range.js';
import { HistoryRolledBack } from './rolled-back.js';
import { SeenLog } from './seen-log.js';
import { sendLeaseless } from './send-seen.js';
import { type TransactionLine } from './line/transaction-line.js';
import { type Transaction } from './transaction.js';
import { type Transactor, transactor } from './transactor.js';
import { isInHistory } from './witness.js';

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
    const reading = [getOne(this.client, this.keys.source(source), signal, once), this.#isKept(signal)] as const;
    const read = await oneTry(signal, () => Promise.all(reading));
    if (read.kind === 'unknown') return read;
    const [{ stored, revision }, isKept] = read.value;
    see(revision);
    if (!isKept) throw new HistoryRolledBack(this.seen.appended!.modified, revision);
    return { kind: 'answered', value: stored?.value.toString('utf8') };
  }

  /** Whether what was appended last is in etcd's history: who reads on where others have restored it may not know. */
  async #isKept(signal: AbortSignal): Promise<boolean> {
    const { appended } = this.seen;
    return appended === undefined || isInHistory(this.client, appended, signal, once);
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

  async append(append: Append, signal: AbortSignal): Promise<StoreAnswer<AppendAnswer>> {
    const transaction = appendTransaction(this.keys, append, this.seen);
    const answer = appendAnswer(await sendLeaseless(this.#transact, transaction, this.seen, signal), this.seen);
    const [segment] = append.segments;
    if (segment && answer.kind === 'answered' && answer.value.kind === 'committed')
      this.seen.hasAppended(this.keys.segment({ ...segment, lane: append.lane }), answer.value.revision);
    return answer;
  }

  async #writeOver(
    key: string,
    prior: string | undefined,
    text: string,
    signal: AbortSignal,
  ): Promise<StoreAnswer<string>> {
    const transaction: Transaction = {
      compares: [...this.seen.compares(), holds(key, prior)],
      operations: [{ kind: 'put', key, value: Buffer.from(text) }],
      elseGet: [this.keys.logIdentity, key],
    };
    const answer = await sendLeaseless(this.#transact, transaction, this.seen, signal);
    if (answer.kind === 'unknown') return answer;
    if (answer.kind === 'done') return { kind: 'answered', value: text };
    const [log, stored] = answer.found;
    this.seen.assertSame(log);
    if (stored === undefined) throw new Error(`${key} has been deleted, and nothing here deletes it`);
    return { kind: 'answered', value: stored.value.toString('utf8') };
  }
}
