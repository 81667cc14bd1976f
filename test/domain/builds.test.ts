import assert from 'node:assert/strict';
import fc from 'fast-check';
import { firstGenerations, resetProjection } from '../../domain/begin-build.js';
import { cancelBuild, dropRetired, failBuild, switchTo } from '../../domain/end-build.js';
import { activeOf, buildOf, recordsOf } from '../../domain/generations-known.js';
import { type BuildCheckpoints } from '../../domain/build-watch.js';
import { type GenerationRecord } from '../../domain/generation.js';
import { type Decided, type GenerationsView } from '../../domain/generation-registry.js';
import { type Partition } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { type Revision } from '../../domain/revision.js';
import { type TrimHorizons } from '../../domain/trim-horizon.js';

const now = 0n as Instant;
const first: GenerationRecord = {
  ...{ projection: 'gpu', generation: 1, version: 1, state: 'active', partial: false, created_at: now },
};
const empty: GenerationsView = { generations: [], active: new Map(), last: new Map(), revision: 1n as Revision };
const whole: TrimHorizons = new Map();
const unread: BuildCheckpoints = { of: new Map(), newest: undefined };
/** Of partition 3. */
const trimmedTo = (revision: bigint): TrimHorizons => {
  const from = revision as Revision;
  return new Map([[3 as Partition, { from, lanes: [], segments: 7, events: 700, bytes: 9, appended_before: now }]]);
};

/** What the store makes of a decision. */
const applied = (view: GenerationsView, { change }: Decided<unknown>): GenerationsView => {
  if (change === undefined) return view;
  const named = ({ projection, generation }: GenerationRecord) => `${projection}/${String(generation)}`;
  const records = new Map(view.generations.map(({ record }) => [named(record), record]));
  for (const record of change.write) records.set(named(record), record);
  for (const record of change.remove) records.delete(named(record));
  const used = Math.max(0, view.last.get('gpu') ?? 0, ...change.write.map(({ generation }) => generation));
  const active = new Map(view.active);
  for (const { projection, generation } of change.activate ?? []) active.set(projection, generation);
  return {
    generations: [...records.values()].map((record) => ({ record, modified: 1n as Revision })),
    active,
    last: new Map([['gpu', used]]),
    revision: view.revision,
  };
};

const started = applied(empty, firstGenerations(empty, [first]));
const reset = (view: GenerationsView, horizons = whole, trimmed: 'refuse' | 'build partially' = 'refuse') =>
  resetProjection(view, horizons, { projection: 'gpu', folded: [1], trimmed, now });

describe('what may happen to generations', () => {
  it('R1: whatever is decided in whatever order, one is active, one at most is built, and no number comes twice', () => {
    const steps = fc.array(fc.constantFrom('reset', 'cancel', 'switch', 'fail', 'drop', 'first'), { maxLength: 60 });
    fc.assert(
      fc.property(steps, (plan) => {
        let view = started;
        const begun = new Set([1]);
        for (const step of plan) {
          const building = recordsOf(view, 'gpu').find(({ state }) => state === 'building') ?? first;
          const retired = recordsOf(view, 'gpu').find(({ state }) => state === 'retired') ?? first;
          if (step === 'reset') {
            const decided = reset(view);
            assert(decided.outcome.kind === 'started');
            assert.ok(!begun.has(decided.outcome.record.generation), 'a number is used again');
            begun.add(decided.outcome.record.generation);
            view = applied(view, decided);
          }
          if (step === 'cancel') view = applied(view, cancelBuild(view, buildOf(view, 'gpu') ?? first));
          if (step === 'switch') view = applied(view, switchTo(view, whole, building, unread));
          if (step === 'fail') view = applied(view, failBuild(view, building, 'broken'));
          if (step === 'drop') view = applied(view, dropRetired(view, retired));
          if (step === 'first') view = applied(view, firstGenerations(view, [first]));
          const states = recordsOf(view, 'gpu').map(({ state }) => state);
          assert.equal(states.filter((state) => state === 'active').length, 1);
          assert.equal(activeOf(view, 'gpu')?.state, 'active');
          assert.ok(states.filter((state) => state === 'building' || state === 'failed').length <= 1);
        }
      }),
    );
  });

  it('R1: a switch retires what was active, and only a build may take over', () => {
    const building = applied(started, reset(started));
    const switched = applied(building, switchTo(building, whole, { projection: 'gpu', generation: 2 }, unread));
    assert.deepEqual(
      recordsOf(switched, 'gpu').map(({ generation, state }) => [generation, state]),
      [
        [1, 'retired'],
        [2, 'active'],
      ],
    );
    const none = { outcome: { kind: 'gone' } };
    assert.deepEqual(switchTo(switched, whole, { projection: 'gpu', generation: 2 }, unread), none);
    assert.deepEqual(switchTo(switched, whole, { projection: 'gpu', generation: 7 }, unread), none);
  });

  it('R1, R3: one from an archive takes over when the log has all that it reads, and ends its runs there for that', () => {
    const horizons = trimmedTo(120n);
    const archive = { from: 0n as Revision, through: 119n as Revision };
    const resetFrom = (view: GenerationsView, version: number) =>
      resetProjection(view, horizons, { projection: 'gpu', folded: [version], trimmed: 'refuse', archive, now });
    const reached = (revision: bigint): BuildCheckpoints => ({
      of: new Map([[3 as Partition, { next: revision as Revision, segments: 1, events: 1 }]]),
      newest: undefined,
    });
    const begun = applied(started, resetFrom(started, 1));
    const second = { projection: 'gpu', generation: 2 } as const;

    const early = switchTo(begun, horizons, second, reached(90n));
    const cuts = [{ partition: 3 as Partition, at: 120n as Revision }];
    assert.deepEqual(early.outcome, { kind: 'cut', cuts });
    const cut = applied(begun, early);
    assert.deepEqual(switchTo(cut, horizons, second, reached(90n)), { outcome: { kind: 'waits' } });
    const switched = applied(cut, switchTo(cut, horizons, second, reached(120n)));
    assert.equal(activeOf(switched, 'gpu')?.generation, 2);

    const again = resetFrom(switched, 1).outcome;
    const inNewerVersion = resetFrom(switched, 2).outcome;
    assert(again.kind === 'started' && inNewerVersion.kind === 'started');
    assert.deepEqual([again.record.runs_cut, inNewerVersion.record.runs_cut], [cuts, undefined]);
    assert.equal(switchTo(begun, horizons, second, reached(120n)).outcome.kind, 'switched');
  });

  it('R1: a reset builds the newest version that is folded, and never one older than the active', () => {
    const versionOf = (active: number, folded: readonly number[]) => {
      const view = applied(empty, firstGenerations(empty, [{ ...first, version: active }]));
      const { outcome } = resetProjection(view, whole, { projection: 'gpu', folded, trimmed: 'refuse', now });
      return outcome.kind === 'started' ? outcome.record.version : undefined;
    };
    assert.deepEqual([versionOf(2, []), versionOf(2, [1]), versionOf(2, [2, 3, 1])], [2, 2, 3]);
    assert.equal(reset(empty).outcome.kind, 'refused');
  });

  it('R3: a log without its beginning is refused, or built partially with where it began', () => {
    const lanes = trimmedTo(120n);
    const refused = reset(started, lanes).outcome;
    assert(refused.kind === 'refused');
    assert.match(
      refused.reason,
      /7 segments with 700 events, appended up to 1970-01-01T00:00:00Z \(partition 3 before/,
    );
    assert.equal(reset(started, lanes).change, undefined);
    const { outcome } = reset(started, lanes, 'build partially');
    assert(outcome.kind === 'started');
    assert.deepEqual(
      [outcome.record.partial, outcome.record.from],
      [true, [{ partition: 3, from: 120n, segments: 7, events: 700 }]],
    );
  });
});
