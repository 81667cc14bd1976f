import { type CollectorAnnouncement } from './collector-announcement.js';
import { type ModelPart } from './read-model.js';
import { type Revision } from './revision.js';

/** A claim as everybody sees it. */
export interface VisibleClaim {
  readonly part: ModelPart;
  /** The member that made it. */
  readonly member: string;
  /** Its create revision. */
  readonly revision: Revision;
}

/** Who is there and who holds what, at one revision. */
export interface GroupView {
  readonly members: readonly CollectorAnnouncement[];
  readonly claims: readonly VisibleClaim[];
}

/** A claim that is mine: its create revision is what commits compare. */
export interface OwnClaim {
  readonly part: ModelPart;
  readonly revision: Revision;
}

/** What came of asking for claims. */
export interface ClaimsAnswer {
  /** Mine now: all that were asked for, or those that were mine before when somebody else has one. */
  readonly claims: readonly OwnClaim[];
  /** Who has one of them: another member, or an earlier stay of this one. */
  readonly heldBy: string | undefined;
}

/**
 * One collector's stay in the group, as long as its lease lives. Lease, `lost` and views only say who should work;
 * what protects the documents is the compare of the claim in each commit.
 */
export interface Membership {
  /** Aborts when the lease is gone (or given up): every claim made through it is gone with it. */
  readonly lost: AbortSignal;
  /** Replaces the announcement. False where it is not sure to stand there; rejects only when the signal aborts. */
  announce(announcement: CollectorAnnouncement, signal: AbortSignal): Promise<boolean>;
  /**
   * Creates the claims' keys, bound to the lease, in one transaction: none while somebody else has one of them. Settles
   * a lost answer by reading back. Throws when etcd does not answer.
   */
  take(parts: readonly ModelPart[], signal: AbortSignal): Promise<ClaimsAnswer>;
  /** Deletes the claims that are still these (by create revision), all that fit in one transaction at a time. Throws when etcd does not answer. */
  release(claims: readonly OwnClaim[], signal: AbortSignal): Promise<void>;
  /** Revokes the lease, which removes the announcement and every claim at once. Never throws; gives up after two seconds. */
  leave(): Promise<void>;
}

/** The collectors of a system: `members/collector/{id}` and `claims/projections/{projection}/{generation}/{partition}`. */
export interface CollectorGroup {
  /**
   * Grants a lease and announces the member with it, as often as it takes until the signal aborts. The lease is kept
   * alive until lost; after `leaseSeconds` without a renewed one `lost` aborts even when etcd cannot be asked.
   */
  join(announcement: CollectorAnnouncement, leaseSeconds: number, signal: AbortSignal): Promise<Membership>;
  /** Why a member must leave again: it does not read what may stand in the log (promise L6). Asked when it has joined. */
  refusal(announcement: CollectorAnnouncement, signal: AbortSignal): Promise<string | undefined>;
  /** The view now, then a new one after each change (those of one moment together); survives what etcd does. */
  follow(signal: AbortSignal): AsyncIterable<GroupView>;
}
