import { cancellable } from './cancellable.js';
import { type SeenLog } from './seen-log.js';
import { type Transaction, type TransactionAnswer } from './transaction.js';
import { type Transactor } from './transactor.js';

/** To a transaction that binds nothing to a lease. */
export type LeaselessAnswer = Exclude<TransactionAnswer, { readonly kind: 'lease-gone' }>;

/**
 * Sends a transaction once, and takes in the revision of its answer.
 *
 * @throws HistoryRolledBack when that is behind what had been seen before
 */
export const sendSeen = async (
  transact: Transactor,
  transaction: Transaction,
  seen: SeenLog,
  signal: AbortSignal,
): Promise<TransactionAnswer> => {
  const see = seen.asked();
  const answer = await cancellable(transact(transaction), signal);
  if (answer.kind === 'done' || answer.kind === 'refused') see(answer.revision);
  return answer;
};

/** The same of a transaction that names no lease. */
export const sendLeaseless = async (
  transact: Transactor,
  transaction: Transaction,
  seen: SeenLog,
  signal: AbortSignal,
): Promise<LeaselessAnswer> => {
  const answer = await sendSeen(transact, transaction, seen, signal);
  if (answer.kind === 'lease-gone') throw new Error('a transaction names no lease, and etcd says that it is gone');
  return answer;
};
