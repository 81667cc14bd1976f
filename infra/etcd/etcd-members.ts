import { type Etcd3 } from 'etcd3';
import { type Revision } from '../../domain/revision.js';
import { type StoreSpace } from '../../domain/store-space.js';
import { etcdFigures } from '../etcd-server/etcd-figures.js';
import { createClient, type EtcdAddress } from './client.js';
import { oneTry, type StoreAnswer } from './one-try.js';
import { compactedOrThrow } from './range.js';

/** etcd's own. */
const defaultQuotaBytes = 2 * 2 ** 30;
/** Milliseconds for what a member knows by itself, without the others: one that takes longer hangs. */
const answerWithinMs = 1_000;
/** Both stand still for as long as the database is large. */
const compactWithinMs = 120_000;
const defragmentWithinMs = 600_000;

interface MemberStatus {
  readonly dbSize: string;
  readonly dbSizeInUse?: string;
}

/**
 * The members of an etcd, each by a client of its own: how full they are, and what makes room in them. Whoever opens
 * it closes it. Every method makes one try and rejects only when `signal` aborts.
 */
export class EtcdMembers {
  readonly #each: readonly Etcd3[];
  /** Finds a member that answers. */
  readonly #any: Etcd3;
  /** As etcd's metrics told it last. */
  #knownQuota = defaultQuotaBytes;

  /** @param quotaBytes what the operator says; undefined asks etcd's metrics, each time: a quota can be raised */
  constructor(
    private readonly address: EtcdAddress,
    private readonly quotaBytes: number | undefined,
  ) {
    this.#each = address.endpoints.map((endpoint) => createClient({ ...address, endpoints: [endpoint] }));
    this.#any = createClient(address);
  }

  close(): void {
    for (const client of [this.#any, ...this.#each]) client.close();
  }

  /** How full the fullest is of those that answer: a cluster goes on without the others. */
  space(signal: AbortSignal): Promise<StoreAnswer<StoreSpace>> {
    return oneTry(signal, async () => {
      const statuses = Promise.allSettled(
        this.#each.map((client) => client.maintenance.status(within(answerWithinMs)) as Promise<MemberStatus>),
      );
      const [quotaBytes, asked] = await Promise.all([this.#quotaBytes(), statuses]);
      const members = asked.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      if (members.length === 0) throw (asked[0] as PromiseRejectedResult).reason;
      return {
        usedBytes: Math.max(...members.map(({ dbSize, dbSizeInUse }) => Number(dbSizeInUse ?? dbSize))),
        fileBytes: Math.max(...members.map(({ dbSize }) => Number(dbSize))),
        quotaBytes,
      };
    });
  }

  async #quotaBytes(): Promise<number> {
    if (this.quotaBytes !== undefined) return this.quotaBytes;
    const figures = await etcdFigures(this.address.endpoints, answerWithinMs);
    this.#knownQuota = figures?.quota_bytes ?? this.#knownQuota;
    return this.#knownQuota;
  }

  /**
   * Forgets what keys held before a revision; answers when the space is free in the file of the member that did it, and
   * at once where it was forgotten already.
   */
  compact(through: Revision, signal: AbortSignal): Promise<StoreAnswer<unknown>> {
    return oneTry(signal, () =>
      this.#any.kv
        .compact({ revision: String(through), physical: true }, within(compactWithinMs))
        .catch(compactedOrThrow),
    );
  }

  /** Gives the free pages of the files back, one member after the other: each stands still meanwhile. */
  defragment(signal: AbortSignal): Promise<StoreAnswer<unknown>> {
    return oneTry(signal, async () => {
      for (const client of this.#each) {
        await client.maintenance.defragment(within(defragmentWithinMs));
        signal.throwIfAborted();
      }
    });
  }

  /** The ids of the members that take no put because they have no space. */
  alarms(signal: AbortSignal): Promise<StoreAnswer<readonly string[]>> {
    return oneTry(signal, async () => {
      const { alarms } = await this.#any.maintenance.alarm({ action: 'Get' });
      return alarms.filter(({ alarm }) => alarm === 'Nospace').map(({ memberID }) => memberID);
    });
  }

  /** Lets puts in again. By the ids of the members: etcd ignores it silently for none. */
  disarm(members: readonly string[], signal: AbortSignal): Promise<StoreAnswer<unknown>> {
    return oneTry(signal, async () => {
      for (const memberID of members)
        await this.#any.maintenance.alarm({ action: 'Deactivate', memberID, alarm: 'Nospace' });
    });
  }
}

const within = (ms: number) => ({ deadline: Date.now() + ms });
