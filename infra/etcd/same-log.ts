import { type Etcd3 } from 'etcd3';
import { type StoreAnswer } from '../../domain/store-answer.js';
import { once } from './one-try.js';
import { EtcdError, type Patience } from './persistently.js';
import { getOne } from './range.js';
import { HistoryRolledBack } from './rolled-back.js';
import { type SeenLog } from './seen-log.js';
import { isInHistory } from './witness.js';

/**
 * Looks whether etcd still is what a process that appends has seen, for whoever writes what compares nothing of the log,
 * or has nothing to write (promise L9).
 *
 * @throws HistoryRolledBack or LogReplaced when it is not
 * @throws EtcdError when patience is at its end
 */
export const assertSameLog = async (
  client: Etcd3,
  seen: SeenLog,
  signal: AbortSignal,
  patience: Patience = {},
): Promise<void> => {
  const see = seen.asked();
  const { appended } = seen;
  const [{ stored, revision }, isKept] = await Promise.all([
    getOne(client, seen.identityKey, signal, patience),
    appended === undefined || isInHistory(client, appended, signal, patience),
  ]);
  see(revision);
  seen.assertSame(stored);
  if (!isKept) throw new HistoryRolledBack(appended!.modified, revision);
};

/** The same with one try. Rejects when it is not, and when the signal aborts. */
export const lookAtSameLog = async (
  client: Etcd3,
  seen: SeenLog,
  signal: AbortSignal,
): Promise<StoreAnswer<undefined>> => {
  try {
    await assertSameLog(client, seen, signal, once);
    return { kind: 'answered', value: undefined };
  } catch (error) {
    if (error instanceof EtcdError) return { kind: 'unknown', failure: error.failure };
    throw error;
  }
};
