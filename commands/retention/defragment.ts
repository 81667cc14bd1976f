import { type RetentionPorts, type Upkeep } from './retention-ports.js';

const onlyRoot =
  ' Where it asks for users, root alone may do that: name that user by --etcd-maintenance-username, or run etcdctl defrag.';

/**
 * Gives the free pages of etcd's files back; says so when that was refused, or not answered. True when it was done, by
 * every member that answers: the others are named.
 */
export const defragment = async (
  upkeep: Upkeep,
  { notice }: Pick<RetentionPorts, 'notice'>,
  signal: AbortSignal,
): Promise<boolean> => {
  const done = await upkeep.defragment(signal);
  if (done.kind === 'answered') {
    const { leftOut } = done.value;
    if (leftOut.length > 0) notice(`etcd was defragmented without members that do not answer: ${leftOut.join(', ')}.`);
    return true;
  }
  const { message } = done.failure;
  notice(`etcd was not defragmented (${message}).${message.includes('permission denied') ? onlyRoot : ''}`);
  return false;
};
