import { setTimeout as pause } from 'node:timers/promises';
import { requestReset } from '../../commands/projections/request-reset.js';
import { type ProjectionName } from '../../domain/generation.js';
import { instantOfMillis } from '../../domain/instant.js';
import { type GenerationProgress } from '../../domain/system-snapshot.js';
import { generationRegistry } from '../../infra/etcd/generation-registry.js';
import { takeSnapshot } from '../../infra/etcd/system-snapshot.js';
import { never } from '../support/never.js';
import { type World } from './world.js';

const againMs = 200;

/** Asks until it is answered, as an operator does while etcd is away; what it says last is thrown in the end. */
const untilAnswered = async <T>(world: World, ask: () => Promise<T>): Promise<T> => {
  for (const deadline = Date.now() + world.patienceMs; ;) {
    try {
      return await ask();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await pause(againMs);
    }
  }
};

/** Has a projection built anew; false when that is refused. One that is being built is begun again. */
export const reset = async (world: World, projection: ProjectionName): Promise<boolean> => {
  const { client } = world.etcd;
  const registry = generationRegistry(client, world.keys);
  const collectors = async () => (await takeSnapshot(client, world.keys, never)).collectors;
  const { outcome } = await untilAnswered(world, () => {
    const now = instantOfMillis(Date.now());
    return requestReset({ registry, collectors }, projection, { trimmed: 'refuse' }, now, never);
  });
  if (outcome.kind === 'refused') world.complain(`the reset of ${projection} is refused: ${outcome.reason}`);
  return outcome.kind === 'started';
};

/** True when queries answer from everything that was to be built anew. */
export const areBuilt = (generations: readonly GenerationProgress[]): boolean =>
  !generations.some(({ record: { state } }) => state === 'building' || state === 'failed');
