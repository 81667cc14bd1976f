import { type Etcd3 } from 'etcd3';
import { type Lane, type Sequence } from '../../domain/ids.js';
import { type LogIdentity } from '../../domain/log-identity.js';
import { encodeSegment } from '../../domain/segment/encode.js';
import { openLog } from '../../infra/etcd/log-identity-store.js';
import { type Keys } from '../../infra/etcd/keys.js';
import { byPartition, type Row, segmentOf } from '../query-api/support/made-rows.js';
import { never } from './never.js';

/** Appends rows to a log in etcd as one streamer in lane 0 would, without checkpoints. */
export class RowAppender {
  #sequences = new Map<number, number>();
  #batch = 0;

  constructor(
    private readonly client: Etcd3,
    private readonly keys: Keys,
    readonly identity: LogIdentity,
  ) {}

  static async open(client: Etcd3, keys: Keys, partitions: number): Promise<RowAppender> {
    const opened = await openLog(client, keys, partitions, never);
    if (opened.kind !== 'answered') throw new Error(opened.failure.message);
    return new RowAppender(client, keys, opened.value);
  }

  /** One transaction; the revision that it had. Where it throws, the same call may be made again. */
  async append(rows: readonly Row[], cluster: string, appended: string): Promise<bigint> {
    const parts = byPartition(cluster, rows, this.identity.partitions);
    const puts = [...parts].map(([partition, some]) => {
      const sequence = this.#sequences.get(partition) ?? 0;
      const key = this.keys.segment({ partition, lane: 0 as Lane, sequence: sequence as Sequence });
      return this.client.put(key).value(Buffer.from(encodeSegment(segmentOf(cluster, appended, this.#batch, some))));
    });
    const { header } = await this.client
      .if(this.keys.logIdentity, 'Version', '>', 0)
      .then(...puts)
      .commit();
    for (const partition of parts.keys()) this.#sequences.set(partition, (this.#sequences.get(partition) ?? 0) + 1);
    this.#batch++;
    return BigInt(header.revision);
  }
}
