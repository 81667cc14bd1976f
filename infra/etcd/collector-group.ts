import { type Etcd3 } from 'etcd3';
import { CollectorAnnouncement } from '../../domain/collector-announcement.js';
import {
  type ClaimsAnswer,
  type CollectorGroup,
  type GroupView,
  type Membership,
  type OwnClaim,
} from '../../domain/collector-group.js';
import { type ModelPart } from '../../domain/read-model.js';
import { unreadableLog } from '../../domain/segment-version.js';
import { type FollowedSet, followSet, listSet } from './follow-set.js';
import { type Keys } from './keys.js';
import { LeaseSession } from './lease-session.js';
import { mergeLatest } from './merge-latest.js';
import { EtcdError, shortPause } from './persistently.js';
import { isRolledBack } from './rolled-back.js';
import { SeenLog } from './seen-log.js';
import { readSegmentVersion } from './segment-version-store.js';
import { sendSeen } from './send-seen.js';
import { toJson, tryFromJson } from './stored-json.js';
import { type LeaseId, type StoredValue } from './stored-value.js';
import { transact, type Transaction, type TransactionAnswer, transactionLimits } from './transaction.js';

/**
 * The collectors of a system, each with one lease for its announcement and its claims. What is done for one throws
 * HistoryRolledBack when etcd has gone back behind what it was told before (promise L9): a collector that only went on
 * would bring etcd past the revision by which the others notice it.
 *
 * @param stillSame asked before one joins, or joins again, and writes anything: throws when the log is no longer what it was
 */
export const collectorGroup = (
  client: Etcd3,
  keys: Keys,
  stillSame: (signal: AbortSignal) => Promise<void> = () => Promise.resolve(),
  seen = new SeenLog(keys),
): CollectorGroup => ({
  async *follow(signal) {
    const members = followSet(client, keys.membersOf('collector'), signal);
    const claims = followSet(client, keys.claims, signal);
    let known: string | undefined;
    let listed: FollowedSet | undefined;
    for await (const [m, c] of mergeLatest<FollowedSet, FollowedSet>(members, claims)) {
      const present = [...m.values.keys()].sort().join();
      // One watch may be far behind the other: shares that follow from who is there and claims of before would move
      // partitions for nothing.
      if (present !== known) listed = await listSet(client, keys.claims, signal);
      known = present;
      const newest = listed !== undefined && listed.revision > c.revision ? listed : c;
      yield viewOf(keys, m.values.values(), newest.values.values());
    }
  },
  async join(announcement, leaseSeconds, signal) {
    await stillSame(signal);
    for (let attempt = 0; ; attempt++) {
      const session = await LeaseSession.grant(client, leaseSeconds, signal);
      const membership = membershipOf(client, keys, session, announcement.id, seen);
      let joined = false;
      try {
        joined = await announce(client, keys, session, announcement, seen, signal);
        if (joined) return membership;
      } finally {
        // Also when it may stand there: the others would leave to it what is its share.
        if (!joined) await session.revoke();
      }
      signal.throwIfAborted();
      await shortPause(attempt, signal);
    }
  },
  refusal: async (announcement, signal) => unreadableLog(await readSegmentVersion(client, keys, signal), announcement),
});

const viewOf = (keys: Keys, members: Iterable<StoredValue>, claims: Iterable<StoredValue>): GroupView => ({
  // One that cannot be read is no reason for the others to stop: claims keep them apart.
  members: [...members].flatMap((stored) => tryFromJson(CollectorAnnouncement, stored) ?? []),
  claims: [...claims].flatMap(({ key, value, created }) => {
    const part = keys.parseClaim(key);
    return part === undefined ? [] : [{ part, member: value.toString('utf8'), revision: created }];
  }),
});

const membershipOf = (client: Etcd3, keys: Keys, session: LeaseSession, me: string, seen: SeenLog): Membership => {
  // In an etcd that has gone back lease and claims may be there as they were: who waits until they are given up, or lost,
  // would wait for ever.
  const unlessGoneBack = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      if (isRolledBack(error)) session.abandon();
      throw error;
    });
  return {
    lost: session.lost,
    announce: (announcement, signal) => unlessGoneBack(announce(client, keys, session, announcement, seen, signal)),
    take: (parts, signal) => unlessGoneBack(take(client, keys, session, me, parts, seen, signal)),
    release: (claims, signal) => unlessGoneBack(release(client, keys, claims, seen, signal)),
    leave: () => session.revoke(),
  };
};

const send = (
  client: Etcd3,
  transaction: Transaction,
  seen: SeenLog,
  signal: AbortSignal,
): Promise<TransactionAnswer> => sendSeen((sent) => transact(client, sent), transaction, seen, signal);

/** False when it is not sure to stand there. */
const announce = async (
  client: Etcd3,
  keys: Keys,
  session: LeaseSession,
  announcement: CollectorAnnouncement,
  seen: SeenLog,
  signal: AbortSignal,
): Promise<boolean> => {
  const key = keys.member('collector', announcement.id);
  const put = { kind: 'put', key, value: toJson(CollectorAnnouncement, announcement), lease: session.id } as const;
  const answer = await send(client, { compares: [], operations: [put] }, seen, signal);
  return answer.kind === 'done';
};

/** Sends a transaction once; an answer that leaves it unknown is thrown, for the caller to come back to. */
const answered = async (
  client: Etcd3,
  transaction: Transaction,
  seen: SeenLog,
  signal: AbortSignal,
): Promise<Exclude<TransactionAnswer, { readonly kind: 'unknown' }>> => {
  const answer = await send(client, transaction, seen, signal);
  if (answer.kind === 'unknown') throw new EtcdError(answer.failure, undefined);
  return answer;
};

/** How many claims one transaction takes or releases. */
const together = transactionLimits.compares;

const take = async (
  client: Etcd3,
  keys: Keys,
  session: LeaseSession,
  me: string,
  parts: readonly ModelPart[],
  seen: SeenLog,
  signal: AbortSignal,
): Promise<ClaimsAnswer> => {
  const claims: OwnClaim[] = [];
  for (let missing = parts; missing.length > 0;) {
    const asked = missing.slice(0, together);
    const answer = await answered(
      client,
      creation(
        asked.map((part) => keys.claim(part)),
        Buffer.from(me),
        session.id,
      ),
      seen,
      signal,
    );
    if (answer.kind === 'lease-gone') throw new Error('the lease is gone');
    const found = answer.kind === 'refused' ? answer.found : [];
    asked.forEach((part, i) => {
      if (answer.kind === 'done') claims.push({ part, revision: answer.revision });
      // Ours from a try whose answer was lost, or from other work: only this session's claims carry its lease.
      else if (found[i]?.lease === session.id) claims.push({ part, revision: found[i].created });
    });
    const other = found.find((stored) => stored !== undefined && stored.lease !== session.id);
    if (other !== undefined) return { claims, heldBy: other.value.toString('utf8') };
    const mine = new Set(claims.map(({ part }) => part));
    missing = missing.filter((part) => !mine.has(part));
  }
  return { claims, heldBy: undefined };
};

const creation = (keys: readonly string[], value: Buffer, lease: LeaseId): Transaction => ({
  compares: keys.map((key) => ({ kind: 'absent', key })),
  operations: keys.map((key) => ({ kind: 'put', key, value, lease })),
  elseGet: keys,
});

const release = async (
  client: Etcd3,
  keys: Keys,
  claims: readonly OwnClaim[],
  seen: SeenLog,
  signal: AbortSignal,
): Promise<void> => {
  for (let rest = claims; rest.length > 0;) {
    const some = rest.slice(0, together);
    const answer = await answered(client, removal(keys, some), seen, signal);
    // What is refused is gone or somebody else's already; the others are still to be released.
    const found = answer.kind === 'refused' ? answer.found : [];
    rest = [...some.filter(({ revision }, i) => found[i]?.created === revision), ...rest.slice(together)];
  }
};

const removal = (keys: Keys, claims: readonly OwnClaim[]): Transaction => {
  const named = claims.map(({ part, revision }) => ({ key: keys.claim(part), revision }));
  return {
    compares: named.map(({ key, revision }) => ({ kind: 'created', key, revision })),
    operations: named.map(({ key }) => ({ kind: 'delete', key })),
    elseGet: named.map(({ key }) => key),
  };
};
