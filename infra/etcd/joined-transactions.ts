import { transactionBytes, transactionLimits, type Transaction, type TransactionAnswer } from './transaction.js';
import { type Transactor } from './transactor.js';

/** Bytes of transactions that are joined, at most: larger ones gain nothing by it, and the others would wait for them. */
const mostBytes = 262_144;

interface Waiting {
  readonly transaction: Transaction;
  readonly answer: (answer: Promise<TransactionAnswer>) => void;
}

/** Transactions that leave as one, and what they amount to. */
class Group {
  readonly members: Waiting[] = [];
  #compares = 0;
  #operations = 0;
  #bytes = 0;

  /** False when it is too full for it. */
  takes(waiting: Waiting): boolean {
    const { compares, operations } = waiting.transaction;
    this.#compares += compares.length;
    this.#operations += operations.length;
    this.#bytes += transactionBytes(waiting.transaction);
    const fits =
      this.#compares <= transactionLimits.compares &&
      this.#operations <= transactionLimits.operations &&
      this.#bytes <= mostBytes;
    if (!fits && this.members.length > 0) return false;
    this.members.push(waiting);
    return true;
  }

  get joined(): Transaction {
    return {
      compares: this.members.flatMap(({ transaction }) => transaction.compares),
      operations: this.members.flatMap(({ transaction }) => transaction.operations),
    };
  }
}

const grouped = (all: readonly Waiting[]): readonly Group[] => {
  const groups: Group[] = [];
  for (const waiting of all) {
    if (groups.at(-1)?.takes(waiting)) continue;
    const group = new Group();
    group.takes(waiting);
    groups.push(group);
  }
  return groups;
};

/**
 * Transactions of one turn of the event loop as one: etcd and its client take nearly as long for a small one as for one
 * that writes a hundred keys. All of them are done at one revision, or each is sent by itself, so that what one compare
 * refuses, or what etcd takes none of for the sake of one, concerns its own transaction alone. An answer that leaves the
 * whole unknown leaves each unknown: sent again, in whatever company, it compares as it would behind its own first
 * sending.
 *
 * They are to write different keys, and to be of those that can be sent twice.
 */
export const joinedTransactions = (send: Transactor): Transactor => {
  let waiting: Waiting[] = [];
  const leave = (): void => {
    const groups = grouped(waiting);
    waiting = [];
    for (const group of groups) void sendGroup(group, send);
  };
  return (transaction) =>
    new Promise((answer) => {
      if (waiting.length === 0) setImmediate(leave);
      waiting.push({ transaction, answer });
    });
};

/** Whether it answers each of them; else each is asked for by itself. */
const isForEach = (answer: TransactionAnswer): boolean =>
  answer.kind !== 'refused' && !(answer.kind === 'unknown' && answer.failure.kind === 'refused');

const sendGroup = async (group: Group, send: Transactor): Promise<void> => {
  const alone = ({ transaction, answer }: Waiting): void => answer(send(transaction));
  if (group.members.length === 1) return group.members.forEach(alone);
  const whole = send(group.joined);
  const answersEach = await whole.then(isForEach, () => false);
  group.members.forEach(answersEach ? ({ answer }) => answer(whole) : alone);
};
