import { type Etcd3 } from 'etcd3';
import { type TransactionLine } from './line/transaction-line.js';
import { livingMembers } from './living-members.js';
import { transact, type Transaction, type TransactionAnswer } from './transaction.js';

/** Sends a transaction once. */
export type Transactor = (transaction: Transaction) => Promise<TransactionAnswer>;

/**
 * Transactions take the line while it is open, and the client when it is not; once that is answered it opens again. What
 * is not answered over the line goes by the client next, which asks first which members live.
 */
export const transactor = (client: Etcd3, line: TransactionLine | undefined): Transactor => {
  const members = livingMembers(client);
  return async (transaction) => {
    const sent = line?.send(transaction);
    if (sent !== undefined) {
      const answer = await sent;
      if (answer.kind === 'unknown') members?.doubt();
      return answer;
    }
    const answer = await transact(client, transaction);
    if (answer.kind !== 'unknown') line?.open((endpoint) => members?.isDoubtedAt(endpoint) === true);
    return answer;
  };
};
