import { type Etcd3 } from 'etcd3';
import { type Revision } from '../../domain/revision.js';
import { type StoreAnswer, type StoreFailure } from '../../domain/store-answer.js';
import { cancellable } from './cancellable.js';
import { LeaseSession } from './lease-session.js';
import { oneTry } from './one-try.js';
import { transact } from './transaction.js';

/** A claim on work that one process does for all, on a lease. It says who should work. */
export interface HeldWork {
  /** The create revision of the claim's key. */
  readonly revision: Revision;
  /** Aborts when the lease is known to be lost; only a hint. */
  readonly lost: AbortSignal;
  /** Revokes the lease. Never rejects. */
  release(): Promise<void>;
}

const slow = (message: string): StoreFailure => ({ kind: 'slow', message });

/**
 * Claims some work by its key; undefined when somebody else has it. One try: on failure the lease is revoked, so that
 * no claim stands that nobody knows of. A full etcd refuses it.
 */
export const claimWork = async (
  client: Etcd3,
  key: string,
  holder: string,
  leaseSeconds: number,
  signal: AbortSignal,
): Promise<StoreAnswer<HeldWork | undefined>> => {
  // Looked at first: to ask for a lease each time would be a write for nothing.
  const seen = await oneTry(signal, () => client.kv.range({ key: Buffer.from(key), keys_only: true }));
  if (seen.kind === 'unknown') return seen;
  if (seen.value.kvs.length > 0) return { kind: 'answered', value: undefined };
  const granted = await LeaseSession.grantOnce(client, leaseSeconds, signal);
  if (granted.kind === 'unknown') return granted;
  const lease = granted.value;
  let held: HeldWork | undefined;
  try {
    const claim = transact(client, {
      compares: [{ kind: 'absent', key }],
      operations: [{ kind: 'put', key, value: Buffer.from(holder), lease: lease.id }],
    });
    const answer = await cancellable(claim, signal);
    if (answer.kind === 'unknown') return answer;
    if (answer.kind === 'lease-gone') return { kind: 'unknown', failure: slow('the lease ran out') };
    if (answer.kind === 'done') {
      held = { revision: answer.revision, lost: lease.lost, release: () => lease.revoke() };
    }
    return { kind: 'answered', value: held };
  } finally {
    if (held === undefined) await lease.revoke();
  }
};
