import { type Etcd3 } from 'etcd3';
import { DeadLetter } from '../../domain/dead-letter.js';
import { type Lane, type Partition, type Sequence, type SourceId } from '../../domain/ids.js';
import { type LogIdentity } from '../../domain/log-identity.js';
import { type Revision } from '../../domain/revision.js';
import { cancellable } from './cancellable.js';
import { type Keys } from './keys.js';
import { laneExtents } from './lane-extents.js';
import { openLog } from './log-identity-store.js';
import { once, oneTry, type StoreAnswer } from './one-try.js';
import { getOne } from './range.js';
import { toJson } from './stored-json.js';
import { type Compare, type Operation, transact, type Transaction } from './transaction.js';

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

/** The write side of the log in etcd. Every method makes one try, with a deadline, and rejects only when `signal` aborts. */
export class EtcdAppendStore {
  constructor(
    private readonly client: Etcd3,
    private readonly keys: Keys,
  ) {}

  open(partitions: number, signal: AbortSignal): Promise<StoreAnswer<LogIdentity>> {
    return openLog(this.client, this.keys, partitions, signal);
  }

  readCheckpoint(source: SourceId, signal: AbortSignal): Promise<StoreAnswer<string | undefined>> {
    return oneTry(signal, async () => {
      const { stored } = await getOne(this.client, this.keys.source(source), signal, once);
      return stored?.value.toString('utf8');
    });
  }

  /** Writes a source's plan where nothing stands yet; gives what stands there then. */
  async writePlan(source: SourceId, plan: string, signal: AbortSignal): Promise<StoreAnswer<string>> {
    const key = this.keys.source(source);
    const transaction: Transaction = {
      compares: [{ kind: 'absent', key }],
      operations: [{ kind: 'put', key, value: Buffer.from(plan) }],
      elseGet: [key],
    };
    const answer = await cancellable(transact(this.client, transaction), signal);
    switch (answer.kind) {
      case 'done':
        return { kind: 'answered', value: plan };
      case 'refused':
        return { kind: 'answered', value: answer.found[0]!.value.toString('utf8') };
      case 'unknown':
        return answer;
      case 'lease-gone':
        throw new Error('a plan names no lease, and etcd says that it is gone');
    }
  }

  /** The next sequence of a lane in each partition, all at one revision. Only worth something after the lane's claim. */
  readHeads(lane: Lane, partitions: number, signal: AbortSignal): Promise<StoreAnswer<readonly Sequence[]>> {
    const lanes = Array.from({ length: partitions }, (_, partition) => ({ partition: partition as Partition, lane }));
    return oneTry(signal, async () => {
      const extents = await laneExtents(this.client, this.keys, lanes, signal, once);
      return extents.map(({ end }) => end);
    });
  }

  async append(append: LogAppend, signal: AbortSignal): Promise<StoreAnswer<LogAppendAnswer>> {
    const answer = await cancellable(transact(this.client, appendTransaction(this.keys, append)), signal);
    switch (answer.kind) {
      case 'done':
        return { kind: 'answered', value: { kind: 'committed', revision: answer.revision } };
      case 'refused': {
        const [claim, checkpoint, segment] = answer.found;
        const found = {
          claim: claim?.created,
          checkpoint: checkpoint?.value.toString('utf8'),
          segment: segment?.value,
        };
        return { kind: 'answered', value: { kind: 'refused', ...found } };
      }
      case 'unknown':
        return answer;
      case 'lease-gone':
        throw new Error('an append names no lease, and etcd says that it is gone');
    }
  }
}

/**
 * Compares: the lane is still the claim that was made, the source's checkpoint is the one before this, no segment
 * stands where one is to stand. Puts: segments, dead letters, the new checkpoint (promise L3).
 */
const appendTransaction = (keys: Keys, append: LogAppend): Transaction => {
  const { lane, source, prior } = append;
  const segments = append.segments.map(({ partition, sequence, bytes }) => ({
    key: keys.segment({ partition, lane, sequence }),
    value: bytes,
  }));
  const checkpoint = keys.source(source);
  const before: Compare =
    prior === undefined
      ? { kind: 'absent', key: checkpoint }
      : { kind: 'value', key: checkpoint, value: Buffer.from(prior) };
  return {
    compares: [
      { kind: 'created', key: keys.lane(lane), revision: append.claim },
      before,
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
    elseGet: [keys.lane(lane), checkpoint, ...segments.slice(0, 1).map(({ key }) => key)],
  };
};
