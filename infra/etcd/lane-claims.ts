import { type Etcd3 } from 'etcd3';
import { type Lane, type SourceId } from '../../domain/ids.js';
import { type Revision } from '../../domain/revision.js';
import { type StoreAnswer } from '../../domain/store-answer.js';
import { cancellable } from './cancellable.js';
import { type Keys } from './keys.js';
import { LeaseSession } from './lease-session.js';
import { lookAtSameLog } from './same-log.js';
import { SeenLog } from './seen-log.js';
import { EtcdSourceClaims, type HeldSource } from './source-claims.js';
import { transact, type Transaction } from './transaction.js';

/** A lane held by this process, by a key on a lease. Sources are claimed by the same lease. */
export interface HeldLane {
  readonly lane: Lane;
  /** The create revision of the claim's key, which every append compares. */
  readonly revision: Revision;
  /** Aborts when the lease is known to be lost; only a hint. */
  readonly lost: AbortSignal;
  /** Claims a source; undefined while another lane has it. One try. */
  takeSource(source: SourceId, signal: AbortSignal): Promise<StoreAnswer<HeldSource | undefined>>;
  /** Gives a source back, unless it is another's by now. One try. */
  giveSource(held: HeldSource, signal: AbortSignal): Promise<StoreAnswer<unknown>>;
  /** Gives the lane and its sources back by revoking the lease. Never rejects. */
  release(): Promise<void>;
}

const allLanes = Array.from({ length: 16 }, (_, lane) => lane as Lane);

/** The lanes of the log, `lanes/{lane}`, each held by at most one streamer. */
export class EtcdLaneClaims {
  readonly #sources: EtcdSourceClaims;
  #ahead: Promise<StoreAnswer<LeaseSession>> | undefined;

  /**
   * @param holder who claims, as others are told: what stands at the key
   * @param leaseSeconds after which a lane is free again when its holder is gone
   * @param seen looked at before a lane is claimed with a lease that was not asked for ahead: the first is one of those,
   * and any other may be that of an etcd which has gone back since
   */
  constructor(
    private readonly client: Etcd3,
    private readonly keys: Keys,
    private readonly holder: string,
    private readonly leaseSeconds: number,
    private readonly seen = new SeenLog(keys),
  ) {
    this.#sources = new EtcdSourceClaims(client, keys, holder);
  }

  /** Asks now for the lease of the first claim, which takes etcd a write to its disk. Whoever asks calls `end`. */
  ask(signal: AbortSignal): void {
    this.#ahead = this.grant(signal);
    // Whoever claims is told.
    this.#ahead.catch(() => undefined);
  }

  /** Gives back what was asked for and not claimed with. Never rejects. */
  async end(): Promise<void> {
    const asked = await this.takeAhead()?.catch(() => undefined);
    if (asked?.kind === 'answered') await asked.value.revoke();
  }

  /** All sources that are claimed by any lane. */
  sourcesTaken(signal: AbortSignal): Promise<StoreAnswer<ReadonlySet<SourceId>>> {
    return this.#sources.taken(signal);
  }

  /**
   * Claims the lowest free lane; undefined when all are taken. One try: on failure the lease is revoked.
   *
   * @throws HistoryRolledBack or LogReplaced, before it writes anything (promise L9)
   */
  async claim(signal: AbortSignal): Promise<StoreAnswer<HeldLane | undefined>> {
    const asked = await this.takeAhead();
    const isThere = asked?.kind === 'answered' && !asked.value.lost.aborted;
    const granted = isThere ? asked : await this.lookAndGrant(signal);
    if (granted.kind === 'unknown') return granted;
    const lease = granted.value;
    let claimed: StoreAnswer<HeldLane | undefined> | undefined;
    try {
      claimed = await this.claimWith(lease, signal);
      return claimed;
    } finally {
      // Also when the claim may have landed: it goes with its lease, and cannot land after it.
      if (claimed?.kind !== 'answered' || claimed.value === undefined) await lease.revoke();
    }
  }

  private grant(signal: AbortSignal): Promise<StoreAnswer<LeaseSession>> {
    return LeaseSession.grantOnce(this.client, this.leaseSeconds, signal);
  }

  private async lookAndGrant(signal: AbortSignal): Promise<StoreAnswer<LeaseSession>> {
    const looked = await lookAtSameLog(this.client, this.seen, signal);
    return looked.kind === 'unknown' ? looked : this.grant(signal);
  }

  private takeAhead(): Promise<StoreAnswer<LeaseSession>> | undefined {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    return ahead;
  }

  private async claimWith(lease: LeaseSession, signal: AbortSignal): Promise<StoreAnswer<HeldLane | undefined>> {
    // Mostly the lowest is free. Where it is not, the answer tells which of them are.
    let taken: ReadonlySet<Lane> = new Set();
    for (const lane of allLanes) {
      if (taken.has(lane)) continue;
      const answer = await cancellable(transact(this.client, this.claimOf(lane, lease)), signal);
      if (answer.kind === 'unknown') return answer;
      if (answer.kind === 'lease-gone')
        return { kind: 'unknown', failure: { kind: 'slow', message: 'the lease ran out' } };
      if (answer.kind === 'refused') {
        taken = new Set(allLanes.filter((_, at) => answer.found[at] !== undefined));
        continue;
      }
      const held: HeldLane = {
        ...{ lane, revision: answer.revision, lost: lease.lost },
        takeSource: (source, until) => this.#sources.take(source, lease.id, until),
        giveSource: (claim, until) => this.#sources.give(claim, until),
        release: () => lease.revoke(),
      };
      return { kind: 'answered', value: held };
    }
    return { kind: 'answered', value: undefined };
  }

  private claimOf(lane: Lane, lease: LeaseSession): Transaction {
    const key = this.keys.lane(lane);
    return {
      compares: [{ kind: 'absent', key }],
      operations: [{ kind: 'put', key, value: Buffer.from(this.holder), lease: lease.id }],
      elseGet: allLanes.map((one) => this.keys.lane(one)),
    };
  }
}
