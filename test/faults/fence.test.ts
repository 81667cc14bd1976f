import assert from 'node:assert/strict';
import { type FaultKind } from './plan.js';
import { runFaults } from './run-faults.js';
import { full } from '../support/full-counts.js';

const seed = Number(process.env['TELEMETRY_TEST_SEED'] ?? 1);

/** What makes two think that they hold the same: one that is stopped past its lease, and answers that never come. */
const kinds: readonly FaultKind[] = ['streamer stopped', 'collector stopped', 'connections silent', 'replies lost'];

/** Longer than the leases of a system under fire, so that another takes over while it lasts. */
const leastMs = 3_500;

/**
 * What `telemetry verify` and its kin say of lost or doubled data: books and documents that do not agree with the log.
 * Who is only late, or did not answer, says something else.
 */
const ofBooks =
  /names another batch|its checkpoint counts|where the log holds|where \d+ should|stands there twice|were appended before|of them are in the log/;
const isOfData = (problem: string): boolean =>
  /telemetry (log )?verify: /.test(problem) ? ofBooks.test(problem) : /telemetry projections verify: \{/.test(problem);
/** The same for both, so that no more time is what makes the difference. */
const patienceMs = 20_000;

// Minutes of a system under fire. With fewer counts the simulations of appends and commits show what compares are for.
(full ? describe : describe.skip)(`what transactions compare (seed ${String(seed)})`, function () {
  this.timeout(600_000);

  /** Ends with the first problem of the data. */
  const problemsWith = async (preload: readonly string[]): Promise<readonly string[]> => {
    const found = new AbortController();
    const say = (line: string): void => (isOfData(line) ? found.abort() : undefined);
    const size = { members: 1, importSteps: 8, livePace: '3x', copies: 2 } as const;
    const plan = { seed, ...size, faults: 60, ms: 300_000, checkEvery: 4 };
    const { problems, faults } = await runFaults({
      ...{ ...plan, kinds, leastMs, preload, patienceMs, say, signal: found.signal },
    });
    console.log(`      ${String(faults)} faults, ${String(problems.length)} problems`);
    for (const problem of problems) console.log(`        ${problem.slice(0, 240)}`);
    return problems;
  };

  it('L3, P1: without them, faults lose or double data, and the checks find it', async () => {
    const problems = await problemsWith(['./without-fence.js']);
    assert.ok(problems.some(isOfData));
  });

  it('L3, P1: with them the same faults lose and double nothing', async () => {
    assert.deepEqual(await problemsWith([]), []);
  });
});
