import { type Etcd3 } from 'etcd3';
import { type Revision } from '../../domain/revision.js';
import { type StoreSpace } from '../../domain/store-space.js';
import { type StoreAnswer } from '../../domain/store-answer.js';
import { etcdFigures } from '../etcd-server/etcd-figures.js';
import { createClient, type EtcdAddress } from './client.js';
import { oneTry } from './one-try.js';
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

interface Member {
  readonly endpoint: string;
  readonly client: Etcd3;
}

/** @throws what etcd or its client says when it does not answer within a second */
const statusOf = ({ client }: Member): Promise<MemberStatus> => client.maintenance.status(within(answerWithinMs));

type Tried =
  | { readonly kind: 'done' }
  /** It did not answer, and was not asked to. */
  | { readonly kind: 'silent'; readonly reason: unknown }
  | { readonly kind: 'failed'; readonly reason: unknown };

const defragmentOne = async (member: Member): Promise<Tried> => {
  try {
    await statusOf(member);
  } catch (reason) {
    return { kind: 'silent', reason };
  }
  try {
    await member.client.maintenance.defragment(within(defragmentWithinMs));
    return { kind: 'done' };
  } catch (reason) {
    return { kind: 'failed', reason };
  }
};

/** What came of defragmenting all members. */
export interface Defragmented {
  /** Endpoints of those that do not answer. */
  readonly leftOut: readonly string[];
}

/**
 * The members of an etcd, each by a client of its own: how full they are, and what makes room in them. A member that
 * does not answer is asked nothing that others can answer, since a cluster goes on without it. Whoever opens it closes
 * it. Every method makes one try and rejects only when `signal` aborts.
 */
export class EtcdMembers {
  readonly #members: readonly Member[];
  /** As etcd's metrics told it last. */
  #knownQuota = defaultQuotaBytes;

  /** @param quotaBytes what the operator says; undefined asks etcd's metrics, each time: a quota can be raised */
  constructor(
    private readonly address: EtcdAddress,
    private readonly quotaBytes: number | undefined,
  ) {
    this.#members = address.endpoints.map((endpoint) => ({
      endpoint,
      client: createClient({ ...address, endpoints: [endpoint] }),
    }));
  }

  close(): void {
    for (const { client } of this.#members) client.close();
  }

  /** How full the fullest is of those that answer: a cluster goes on without the others. */
  space(signal: AbortSignal): Promise<StoreAnswer<StoreSpace>> {
    return oneTry(signal, async () => {
      const statuses = Promise.allSettled(this.#members.map(statusOf));
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

  /** The member that answers first, for what any of them can do. */
  async #any(): Promise<Etcd3> {
    try {
      return await Promise.any(
        this.#members.map(async (member) => {
          await statusOf(member);
          return member.client;
        }),
      );
    } catch (error) {
      throw error instanceof AggregateError ? error.errors[0] : error;
    }
  }

  /**
   * Forgets what keys held before a revision; answers when the space is free in the file of the member that did it, and
   * at once where it was forgotten already.
   */
  compact(through: Revision, signal: AbortSignal): Promise<StoreAnswer<unknown>> {
    return oneTry(signal, async () => {
      const { kv } = await this.#any();
      await kv.compact({ revision: String(through), physical: true }, within(compactWithinMs)).catch(compactedOrThrow);
    });
  }

  /**
   * Gives the free pages of the files back, one member after the other: each stands still meanwhile. A member that does
   * not answer is left out, and named in the answer. Unknown when none answers, or one that does could not do it; the
   * others have then been tried all the same.
   */
  defragment(signal: AbortSignal): Promise<StoreAnswer<Defragmented>> {
    return oneTry(signal, async () => {
      const tried: (Tried & { readonly endpoint: string })[] = [];
      for (const member of this.#members) {
        tried.push({ endpoint: member.endpoint, ...(await defragmentOne(member)) });
        signal.throwIfAborted();
      }
      const silent = tried.filter((one) => one.kind === 'silent');
      const failed = tried.find((one) => one.kind === 'failed');
      if (failed !== undefined) throw failed.reason;
      if (silent.length === tried.length) throw silent[0]?.reason;
      return { leftOut: silent.map(({ endpoint }) => endpoint) };
    });
  }

  /** The ids of the members that take no put because they have no space. */
  alarms(signal: AbortSignal): Promise<StoreAnswer<readonly string[]>> {
    return oneTry(signal, async () => {
      const { maintenance } = await this.#any();
      const { alarms } = await maintenance.alarm({ action: 'Get' });
      return alarms.filter(({ alarm }) => alarm === 'Nospace').map(({ memberID }) => memberID);
    });
  }

  /** Lets puts in again. By the ids of the members: etcd ignores it silently for none. */
  disarm(members: readonly string[], signal: AbortSignal): Promise<StoreAnswer<unknown>> {
    return oneTry(signal, async () => {
      const { maintenance } = await this.#any();
      for (const memberID of members) await maintenance.alarm({ action: 'Deactivate', memberID, alarm: 'Nospace' });
    });
  }
}

const within = (ms: number) => ({ deadline: Date.now() + ms });
