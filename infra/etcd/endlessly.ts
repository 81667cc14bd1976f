import { type StoreFailure } from '../../domain/store-answer.js';
import { type Patience } from './persistently.js';

/** Patience without end, for processes that go on by themselves when etcd does; each kind of failure is said once. */
export const endlessly = (notice: (text: string) => void): Patience => {
  const said = new Set<StoreFailure['kind']>();
  return {
    onFailure: ({ kind, message }) => {
      if (!said.has(kind)) notice(`etcd does not answer (${message}); trying again.`);
      said.add(kind);
    },
  };
};
