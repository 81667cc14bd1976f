import assert from 'node:assert/strict';
import { type FaultKind } from './plan.js';
import { runFaults } from './run-faults.js';

const seed = Number(process.env['TELEMETRY_TEST_SEED'] ?? 1);

/** What makes two think that they hold the same: one that is stopped past its lease, and answers that never come. */
const kinds: readonly FaultKind[] = ['streamer stopped', 'collector stopped', 'connections silent', 'replies lost'];

describe(`what transactions compare (seed ${String(seed)})`, function () {
  this.timeout(600_000);

  const problemsWith = async (preload: readonly string[], patienceMs: number): Promise<readonly string[]> => {
    const plan = { seed, members: 1, importSteps: 8, faults: 8, ms: 60_000, checkEvery: 4, kinds } as const;
    const { problems, faults } = await runFaults({ ...plan, preload, patienceMs, say: () => undefined });
    console.log(`      ${String(faults)} faults, ${String(problems.length)} problems`);
    for (const problem of problems) console.log(`        ${problem.slice(0, 240)}`);
    return problems;
  };

  it('L3, P1: with them nothing is lost or doubled', async () => {
    assert.deepEqual(await problemsWith([], 120_000), []);
  });

  it('L3, P1: without them the same faults lose or double data, and the checks find it', async () => {
    const problems = await problemsWith(['./without-fence.js'], 3_000);
    assert.ok(problems.some((one) => /^telemetry (verify|log verify|projections verify): \S/.test(one)));
  });
});
