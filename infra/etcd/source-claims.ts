import { type Etcd3 } from 'etcd3';
import { type SourceId } from '../../domain/ids.js';
import { type Revision } from '../../domain/revision.js';
import { type StoreAnswer } from '../../domain/store-answer.js';
import { cancellable } from './cancellable.js';
import { type Keys } from './keys.js';
import { once, oneTry } from './one-try.js';
import { listRange } from './range.js';
import { type LeaseId } from './stored-value.js';
import { transact, type TransactionAnswer } from './transaction.js';

/** A claim of a source by a lease; it goes with the lease. */
export interface HeldSource {
  readonly source: SourceId;
  /** The create revision of the claim's key. */
  readonly revision: Revision;
}

/** Who reads which source: `claims/sources/{source}`. Every method makes one try and rejects only when `signal` aborts. */
export class EtcdSourceClaims {
  /** @param holder who claims, as others are told: what stands at the key */
  constructor(
    private readonly client: Etcd3,
    private readonly keys: Keys,
    private readonly holder: string,
  ) {}

  /** Claims a source for a lease; undefined while another lease has it. */
  async take(source: SourceId, lease: LeaseId, signal: AbortSignal): Promise<StoreAnswer<HeldSource | undefined>> {
    const key = this.keys.sourceClaim(source);
    const answer = await this.#send(
      {
        compares: [{ kind: 'absent', key }],
        operations: [{ kind: 'put', key, value: Buffer.from(this.holder), lease }],
        elseGet: [key],
      },
      signal,
    );
    if (answer.kind === 'unknown') return answer;
    if (answer.kind === 'done') return { kind: 'answered', value: { source, revision: answer.revision } };
    // By an earlier try whose answer was lost.
    const mine = answer.found.find((held) => held?.lease === lease);
    return { kind: 'answered', value: mine && { source, revision: mine.created } };
  }

  /** Ends a claim, unless it is another's by now. */
  async give({ source, revision }: HeldSource, signal: AbortSignal): Promise<StoreAnswer<undefined>> {
    const key = this.keys.sourceClaim(source);
    const compares = [{ kind: 'created', key, revision }] as const;
    const answer = await this.#send({ compares, operations: [{ kind: 'delete', key }] }, signal);
    return answer.kind === 'unknown' ? answer : { kind: 'answered', value: undefined };
  }

  /** All that are claimed. */
  taken(signal: AbortSignal): Promise<StoreAnswer<ReadonlySet<SourceId>>> {
    return oneTry(signal, async () => {
      const taken = new Set<SourceId>();
      for await (const page of listRange(this.client, this.keys.sourceClaims, signal, { ...once, keysOnly: true })) {
        if (page.kind === 'compacted') throw new Error('the listing was overtaken by a compaction');
        for (const { key } of page.values) {
          const source = this.keys.parseSourceClaim(key);
          if (source !== undefined) taken.add(source);
        }
      }
      return taken;
    });
  }

  async #send(
    transaction: Parameters<typeof transact>[1],
    signal: AbortSignal,
  ): Promise<Exclude<TransactionAnswer, { readonly kind: 'lease-gone' }>> {
    const answer = await cancellable(transact(this.client, transaction), signal);
    if (answer.kind !== 'lease-gone') return answer;
    return { kind: 'unknown', failure: { kind: 'slow', message: 'the lease ran out' } };
  }
}
