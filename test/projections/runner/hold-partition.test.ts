import assert from 'node:assert/strict';
import { type Membership } from '../../../domain/collector-group.js';
import { type Partition } from '../../../domain/ids.js';
import { holdPartition } from '../../../projections/runner/hold-partition.js';
import { Precedence } from '../../../projections/runner/precedence.js';
import { type Surroundings } from '../../../projections/runner/surroundings.js';
import { never } from '../../support/never.js';

const partition = 3 as Partition;
const slot = { key: 'gpu/2/3', partition, parts: [{ projection: 'gpu', generation: 2, partition }], cuts: [] } as const;

describe('the owner of a partition', () => {
  it('P6: asks for no claim of a build when it is told to end while that gives way', async () => {
    const asked: string[] = [];
    const membership: Membership = {
      lost: never,
      announce: () => Promise.resolve(true),
      take: () => {
        asked.push('take');
        return Promise.resolve({ claims: [], heldBy: undefined });
      },
      release: () => {
        asked.push('release');
        return Promise.resolve();
      },
      leave: () => Promise.resolve(),
    };
    const around = { precedence: new Precedence(() => true) } as Surroundings;
    const stop = new AbortController();
    const freed = () => Promise.reject(new Error('nothing is held'));
    const holding = { membership, wants: () => false, freed };
    const held = holdPartition(around, holding, { ...slot, isBuild: true }, stop.signal);
    stop.abort();
    await held;
    assert.deepEqual(asked, []);
  });
});
