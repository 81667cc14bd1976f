import assert from 'node:assert/strict';
import { describeVerdict, runFaults } from './run-faults.js';
import { full } from '../support/full-counts.js';

const seed = Number(process.env['TELEMETRY_TEST_SEED'] ?? 1);
const seconds = Number(process.env['TELEMETRY_TEST_FAULTS_SECONDS'] ?? (full ? 100 : 25));

describe(`a whole system under fire (seed ${String(seed)}, ${String(seconds)} s)`, function () {
  this.timeout(600_000 + seconds * 3_000);

  it('L2, L3, P1, P2, P5, Q4: nothing is lost, doubled or stuck, whatever is killed, stopped, cut off or filled', async () => {
    const verdict = await runFaults({
      ...{
        seed,
        members: full ? 3 : 1,
        importSteps: full ? 6 : 3,
        livePace: full ? '0.5x' : '0.75x',
        copies: full ? 2 : 1,
        faults: Infinity,
        fewest: 3,
        ms: seconds * 1_000,
        checkEvery: full ? 15 : 1_000,
      },
      say: () => undefined,
    });
    for (const line of describeVerdict(verdict)) console.log(`      ${line}`);
    assert.deepEqual(verdict.problems, []);
    const kinds = [...verdict.done].filter(([, count]) => count > 0);
    assert.ok(kinds.length >= 3, 'faults of several kinds were done');
    assert.ok(verdict.rebuilt > 0, 'documents were compared with those of a build from the beginning');
    assert.ok(verdict.fewestBetween >= 1_000);
  });
});
