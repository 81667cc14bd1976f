import { type Revision } from '../../domain/revision.js';
import { type Model } from './model.js';
import { waitUntil } from './turns.js';

/** Milliseconds that a request with `min_revision` waits at most. */
const patienceMs = 5_000;

/**
 * Waits until a model has reached a revision; tells whether it has when any of `ends` aborts or its patience is over.
 * Most requests ask for what is there: those leave nothing behind at a signal that lives as long as the gateway.
 */
export const reached = async (model: Model, revision: Revision, ends: readonly AbortSignal[]): Promise<boolean> => {
  if (model.revision() >= revision) return true;
  const gone = new AbortController();
  const go = (): void => gone.abort();
  if (ends.some(({ aborted }) => aborted)) go();
  for (const end of ends) end.addEventListener('abort', go, { once: true });
  try {
    return await waitUntil(model.turns, () => model.revision() >= revision, patienceMs, gone.signal);
  } finally {
    for (const end of ends) end.removeEventListener('abort', go);
  }
};
