import { type Etcd3 } from 'etcd3';
import { type Revision } from '../../domain/revision.js';
import { type StoreAnswer } from '../../domain/store-answer.js';
import { asItWas } from './as-it-was.js';
import { cancellable } from './cancellable.js';
import { type Keys } from './keys.js';
import { type Compare, type Operation, transact } from './transaction.js';

/** That the registry of projections is as it was read: every reset, switch and cancel changes it (promise R6). */
export const registryIs = (keys: Keys, registry: Revision | undefined): Compare =>
  asItWas(keys.projectionRegistry, registry);

/** One try of what retention writes or deletes; false when a compare refused it. Rejects only when the signal aborts. */
export const sendGuarded = async (
  client: Etcd3,
  compares: readonly Compare[],
  operations: readonly Operation[],
  signal: AbortSignal,
): Promise<StoreAnswer<boolean>> => {
  const answer = await cancellable(transact(client, { compares, operations }), signal);
  if (answer.kind === 'unknown') return answer;
  return { kind: 'answered', value: answer.kind === 'done' };
};
