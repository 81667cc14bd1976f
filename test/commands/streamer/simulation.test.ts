import assert from 'node:assert/strict';
import { simulate, type Simulated } from './simulation/simulate.js';
import { type Broken } from './simulation/world.js';
import { full } from '../../support/full-counts.js';

const interleavings = full ? 45_000 : 400;

type Tally = Omit<Simulated, 'violations'>;

const add = (sum: Tally, one: Simulated): Tally => ({
  appliedEarlier: sum.appliedEarlier + one.appliedEarlier,
  appliedLate: sum.appliedLate + one.appliedLate,
  fencedByLane: sum.fencedByLane + one.fencedByLane,
  fencedBySource: sum.fencedBySource + one.fencedBySource,
  crashes: sum.crashes + one.crashes,
  trims: sum.trims + one.trims,
});

const none: Tally = { appliedEarlier: 0, appliedLate: 0, fencedByLane: 0, fencedBySource: 0, crashes: 0, trims: 0 };

/** The first seed at which a store without some compare breaks a promise. */
const firstToFail = async (broken: Broken): Promise<number> => {
  for (let seed = 0; seed < 3_000; seed++) if ((await simulate(seed, broken)).violations.length > 0) return seed;
  return assert.fail(`nothing went wrong without ${String(broken)}: the simulation would not notice`);
};

describe('appending, simulated', () => {
  it(`L3, L2, L5: no row is lost or doubled in ${String(interleavings)} interleavings`, async function () {
    this.timeout(600_000);
    let sum = none;
    for (let seed = 0; seed < interleavings; seed++) {
      const simulated = await simulate(seed);
      assert.deepEqual(simulated.violations, [], `seed ${String(seed)}`);
      sum = add(sum, simulated);
    }
    console.log(`      ${JSON.stringify(sum)}`);
    for (const [what, count] of Object.entries(sum)) assert.ok(count > 0, `${what} never happened`);
  });

  it('L3: the same interleavings lose or double rows when the checkpoint is not compared', async () => {
    assert.ok((await firstToFail('checkpoint')) >= 0);
  });

  it('L2: the same interleavings tear the log when claim and place are not compared', async () => {
    assert.ok((await firstToFail('claim and place')) >= 0);
  });
});
