import { type Etcd3 } from 'etcd3';
import { type TransactionLine } from './line/transaction-line.js';
import { transact, type Transaction, type TransactionAnswer } from './transaction.js';

/** Sends a transaction once. */
export type Transactor = (transaction: Transaction) => Promise<TransactionAnswer>;

/** Transactions take the line while it is open, and the client when it is not; once that is answered it opens again. */
export const transactor =
  (client: Etcd3, line: TransactionLine | undefined): Transactor =>
  async (transaction) => {
    const sent = line?.send(transaction);
    if (sent !== undefined) return sent;
    const answer = await transact(client, transaction);
    if (answer.kind !== 'unknown') line?.open();
    return answer;
  };
