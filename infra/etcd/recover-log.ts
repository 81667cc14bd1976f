import { type Etcd3 } from 'etcd3';
import { type Epoch } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { LogIdentity } from '../../domain/log-identity.js';
import { cancellable } from './cancellable.js';
import { type Keys } from './keys.js';
import { extentOf, getOne } from './range.js';
import { fromJson, toJson } from './stored-json.js';
import { transact } from './transaction.js';

const patienceMs = 10_000;

/** How many processes hold a lane or announce themselves: before a recovery there must be none. */
export const liveProcesses = async (client: Etcd3, keys: Keys, signal: AbortSignal): Promise<number> => {
  const counts = await Promise.all(
    [keys.lanes, keys.members, keys.claims].map((range) => extentOf(client, range, signal, { patienceMs })),
  );
  return counts.reduce((sum, { count }) => sum + count, 0);
};

const millisecond = 1_000_000n;

/** No other recovery from the same backup may have begun the same epoch: what was given out in that one is worth nothing. */
const epochAfter = ({ epoch }: LogIdentity, now: Instant): Epoch =>
  Math.max(epoch + 1, Number(now / millisecond)) as Epoch;

/**
 * Declares the log recovered from a backup (promise L9): raises its epoch, and records the revision up to which it is
 * what it was. Undefined where there is no log. Throws when etcd does not answer.
 */
export const recoverLog = async (
  client: Etcd3,
  keys: Keys,
  now: Instant,
  signal: AbortSignal,
): Promise<LogIdentity | undefined> => {
  for (;;) {
    const { stored, revision } = await getOne(client, keys.logIdentity, signal, { patienceMs });
    if (stored === undefined) return undefined;
    const before = fromJson(LogIdentity, stored);
    const epoch = epochAfter(before, now);
    const after: LogIdentity = {
      ...before,
      epoch,
      recoveries: [...(before.recoveries ?? []), { epoch, after: revision }],
    };
    const sent = transact(client, {
      compares: [{ kind: 'modified', key: stored.key, revision: stored.modified }],
      operations: [{ kind: 'put', key: stored.key, value: toJson(LogIdentity, after) }],
    });
    const answer = await cancellable(sent, signal);
    if (answer.kind === 'done') return after;
    if (answer.kind === 'unknown') throw new Error(`etcd: ${answer.failure.message}; run it again`);
    // Somebody else has recovered it at the same time: once is enough.
    if (answer.kind === 'refused') return (await readAgain(client, keys, signal)) ?? after;
  }
};

const readAgain = async (client: Etcd3, keys: Keys, signal: AbortSignal): Promise<LogIdentity | undefined> => {
  const { stored } = await getOne(client, keys.logIdentity, signal, { patienceMs });
  return stored && fromJson(LogIdentity, stored);
};
