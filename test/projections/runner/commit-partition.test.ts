import assert from 'node:assert/strict';
import { Backlog } from '../../../projections/runner/backlog.js';
import { commitPartition } from '../../../projections/runner/commit-partition.js';
import { Counters } from '../../../projections/runner/counters.js';
import { type OwnedPart } from '../../../projections/runner/owned-part.js';
import { eventually } from '../../support/eventually.js';
import { never } from '../../support/never.js';

describe('commits of a partition', () => {
  let backlog: Backlog;
  let isFarBehind: boolean;
  let commits: number[];
  let stop: AbortController;
  let done: Promise<unknown>;
  beforeEach(() => {
    [backlog, isFarBehind, commits, stop] = [new Backlog(), true, [], new AbortController()];
    const part = {
      commit: () => {
        commits.push(performance.now());
        // There is always more to commit.
        backlog.add(1, 1);
        return Promise.resolve({ kind: 'applied', earlier: 0 });
      },
    } as unknown as OwnedPart;
    const [report, waits] = [() => undefined, () => undefined];
    const committing = { parts: [part], backlog, counters: new Counters(), isFarBehind: () => isFarBehind };
    backlog.add(1, 1);
    done = commitPartition({ ...committing, report, waits }, stop.signal, never);
  });
  afterEach(async () => {
    stop.abort();
    await done;
  });

  it('P7: the first comes at once, and those of a build that is far behind a second apart', async () => {
    await eventually('a second one', () => commits.length >= 2);
    const [first, second] = commits as [number, number];
    assert.ok(second - first >= 990, `${String(second - first)} ms apart`);
  });

  it('P7: a build that is far behind no more commits as often as all others', async () => {
    await eventually('a first one', () => commits.length >= 1);
    isFarBehind = false;
    await eventually('a third one', () => commits.length >= 3);
    assert.ok(commits.every((at, n) => n === 0 || at - commits[n - 1]! >= 190));
  });
});
