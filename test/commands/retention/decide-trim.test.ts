import assert from 'node:assert/strict';
import fc from 'fast-check';
import { archivedByCollectors } from '../../../commands/retention/archived-by-collectors.js';
import { decideTrim, type Floors, keptBehind } from '../../../commands/retention/decide-trim.js';
import { heldBack } from '../../../commands/retention/held-back.js';
import { type LaneBlocks, type LogBlock, sumOf } from '../../../commands/retention/log-block.js';
import { LogLedger } from '../../../commands/retention/log-ledger.js';
import { type Lane, type Partition, type Sequence } from '../../../domain/ids.js';
import { type Instant } from '../../../domain/instant.js';
import { type LogKeeper, lowerFloor, describeHeldBack } from '../../../domain/log-floor.js';
import { type Revision } from '../../../domain/revision.js';
import { firstKept, type TrimHorizon, type TrimHorizons } from '../../../domain/trim-horizon.js';

interface Written {
  readonly partition: Partition;
  readonly lane: Lane;
  readonly sequence: Sequence;
  readonly revision: Revision;
  readonly bytes: Uint8Array;
  readonly events: number;
  readonly appendedAt: Instant;
}

const lanes = 2;

/** A log of a few lanes: each append takes one lane and some partitions, at the next revision. */
const logs = fc
  .array(
    fc.record({
      lane: fc.nat(lanes - 1),
      to: fc.subarray([0, 1, 2], { minLength: 1 }),
      bytes: fc.integer({ min: 1, max: 50 }),
      events: fc.nat(9),
      // Clocks of streamers differ.
      skew: fc.integer({ min: -3, max: 3 }),
    }),
    { maxLength: 60 },
  )
  .map((appends) => {
    const next = new Map<string, number>();
    return appends.flatMap(({ lane, to, bytes, events, skew }, at): Written[] =>
      to.map((partition) => {
        const key = `${String(partition)}/${String(lane)}`;
        const sequence = (next.get(key) ?? 0) as Sequence;
        next.set(key, sequence + 1);
        return {
          ...{ partition: partition as Partition, lane: lane as Lane, sequence, revision: BigInt(at + 1) as Revision },
          ...{ bytes: new Uint8Array(bytes), events, appendedAt: BigInt(Math.max(0, at + skew)) as Instant },
        };
      }),
    );
  });

const ledgerOf = (log: readonly Written[], blockBytes: number, horizons: TrimHorizons = new Map()): LogLedger => {
  const ledger = new LogLedger(blockBytes, horizons);
  for (const entry of log) ledger.add(entry, entry);
  return ledger;
};

const isBefore = (horizons: TrimHorizons, { partition, lane, sequence }: Written): boolean =>
  sequence < firstKept(horizons.get(partition), lane);

const floorsOf = (before: readonly number[]): Floors =>
  new Map(
    before.map((revision, partition) => [
      partition as Partition,
      {
        before: BigInt(revision) as Revision,
        keepers: [{ kind: 'generation', projection: 'gpu', generation: partition }],
      },
    ]),
  );

const scenarios = fc.record({
  log: logs,
  blockBytes: fc.integer({ min: 1, max: 120 }),
  rounds: fc.array(
    fc.record({
      floors: fc.tuple(fc.nat(70), fc.nat(70), fc.nat(70)),
      most: fc.nat(1_500),
      keep: fc.nat(1_500),
      age: fc.option(fc.nat(60), { nil: undefined }),
      /** What is there is counted anew, as by another process that takes over. */
      anew: fc.boolean(),
    }),
    { minLength: 1, maxLength: 4 },
  ),
});

describe('the decision to trim the log', () => {
  it('R6, L1: never goes past what is not folded or before a horizon, keeps each newest segment, counts what goes', () => {
    fc.assert(
      fc.property(scenarios, ({ log, blockBytes, rounds }) => {
        let horizons: TrimHorizons = new Map<Partition, TrimHorizon>();
        let ledger = ledgerOf(log, blockBytes);
        for (const { floors, most, keep, age, anew } of rounds) {
          if (anew) ledger = ledgerOf(log, blockBytes, horizons);
          const folded = floorsOf(floors);
          const rules = {
            ...{ mostBytes: Math.max(most, keep), keepBytes: keep },
            appendedBefore: age === undefined ? undefined : (BigInt(age) as Instant),
          };
          const decided = decideTrim(ledger.lanes, horizons, folded, rules);
          const after = new Map([...horizons, ...decided]);
          for (const [partition, horizon] of decided) {
            const before = horizons.get(partition);
            const floor = folded.get(partition)!.before;
            // A generation that is built anew may have folded less than went before it began.
            assert.ok(horizon.from <= floor || horizon.from === before?.from, 'past what is folded');
            assert.ok(horizon.from >= (before?.from ?? 0n), 'a horizon went back');
            for (const { lane, first } of before?.lanes ?? []) assert.ok(firstKept(horizon, lane) >= first);
            const gone = log.filter((entry) => entry.partition === partition && isBefore(after, entry));
            assert.equal(horizon.segments, gone.length);
            assert.equal(
              horizon.events,
              sumOf(gone, ({ events }) => events),
            );
            assert.equal(
              horizon.bytes,
              sumOf(gone, ({ bytes }) => bytes.length),
            );
            for (const { revision } of gone) assert.ok(revision < horizon.from, 'the log is not whole from there on');
            const fresh = gone.filter((entry) => !isBefore(horizons, entry));
            for (const { revision } of fresh) assert.ok(revision < floor, 'it is not folded');
          }
          for (const newest of newestOf(log)) assert.ok(!isBefore(after, newest), 'the newest of a lane went');
          horizons = after;
        }
      }),
    );
  });

  it('R7: trims to what is allowed when all is folded, but for the last block of each lane', () => {
    fc.assert(
      fc.property(logs, fc.integer({ min: 1, max: 60 }), fc.nat(800), (log, blockBytes, keep) => {
        const { lanes: blocks, bytes } = ledgerOf(log, blockBytes);
        const all = floorsOf([1_000, 1_000, 1_000]);
        const rules = { mostBytes: keep, keepBytes: keep, appendedBefore: undefined };
        const decided = decideTrim(blocks, new Map(), all, rules);
        const kept = keptBehind(blocks, decided);
        if (bytes <= keep) assert.equal(decided.size, 0);
        const removable = kept.filter((block) => !isLast(blocks, block));
        const left = sumOf(kept, ({ bytes: size }) => size);
        assert.ok(left <= keep || removable.length === 0, 'more could go');
        const taken = blocks.flat().filter((block) => !kept.includes(block));
        const youngestGone = taken.reduce((most, { through }) => (through > most ? through : most), 0n as Revision);
        for (const { through } of removable) assert.ok(through >= youngestGone, 'an older one stayed');
      }),
    );
  });

  it('L1: a log that is small and young enough stays, and so does what no generation has folded', () => {
    const entry = (sequence: number): Written => ({
      ...{ partition: 0 as Partition, lane: 0 as Lane, sequence: sequence as Sequence, events: 1 },
      ...{ revision: BigInt(sequence + 5) as Revision, bytes: new Uint8Array(10), appendedAt: 0n as Instant },
    });
    const { lanes: blocks } = ledgerOf([entry(0), entry(1), entry(2)], 1);
    const folded = floorsOf([100]);
    const size = (mostBytes: number) => ({ mostBytes, keepBytes: mostBytes, appendedBefore: undefined });
    assert.equal(decideTrim(blocks, new Map(), folded, size(30)).size, 0);
    assert.equal(decideTrim(blocks, new Map(), new Map(), size(0)).size, 0);
    assert.deepEqual(decideTrim(blocks, new Map(), folded, size(0)).get(0 as Partition), {
      ...{ from: 7n, lanes: [{ lane: 0, first: 2 }], segments: 2, events: 2, bytes: 20 },
      appended_before: 0n,
    });
  });
});

describe('what holds retention back', () => {
  it('R6: all that the rules would have go either goes or is kept by the generation that has not folded it', () => {
    fc.assert(
      fc.property(logs, fc.tuple(fc.nat(70), fc.nat(70), fc.nat(70)), fc.nat(60), (log, before, age) => {
        const { lanes: blocks } = ledgerOf(log, 1);
        const rules = { mostBytes: Infinity, keepBytes: Infinity, appendedBefore: BigInt(age) as Instant };
        const folded = floorsOf(before);
        const decided = decideTrim(blocks, new Map(), folded, rules);
        const held = heldBack(blocks, new Map(), decided, folded, rules);
        const wanted = decideTrim(blocks, new Map(), floorsOf([1_000, 1_000, 1_000]), rules);
        const gone = (partition: number, of: TrimHorizons) => of.get(partition as Partition)?.segments ?? 0;
        for (const partition of [0, 1, 2]) {
          const own = held.filter(({ partitions }) => partitions.includes(partition as Partition));
          const stays = gone(partition, wanted) - gone(partition, decided);
          assert.deepEqual(
            own.map(({ keeper, from, segments }) => [keeper, from, segments]),
            stays === 0
              ? []
              : [[{ kind: 'generation', projection: 'gpu', generation: partition }, BigInt(before[partition]!), stays]],
          );
        }
      }),
    );
  });

  it('R6: every generation that keeps the same is named, and an archive that ends earlier in their place', () => {
    const generation = (projection: 'gpu' | 'host') => ({ kind: 'generation', projection, generation: 1 }) as const;
    const floor = (before: number, keeper: LogKeeper) => ({ before: BigInt(before) as Revision, keepers: [keeper] });
    const both = lowerFloor(floor(5, generation('gpu')), floor(5, generation('host')));
    assert.deepEqual(both.keepers, [generation('gpu'), generation('host')]);
    assert.deepEqual(lowerFloor(both, floor(3, { kind: 'archive' })).keepers, [{ kind: 'archive' }]);
    assert.deepEqual(lowerFloor(both, floor(6, { kind: 'archive' })), both);
  });

  it('R6: of an archive of which nothing is certain it is not said that it ends somewhere', () => {
    const held = { keeper: { kind: 'archive' }, partitions: [3 as Partition], segments: 2, bytes: 9 } as const;
    assert.match(describeHeldBack({ ...held, from: 7n as Revision }), /it ends before revision 7$/);
    assert.match(
      describeHeldBack({ ...held, from: 0n as Revision }),
      /not been found out yet .* cannot be read or written/,
    );
  });
});

describe('the archive that a trim by hand keeps to', () => {
  it('R6: is that of the collectors which ends first, whatever others lack one', () => {
    const archive = (through: bigint) => ({ archive: { from: 0n as Revision, through: through as Revision } });
    assert.equal(archivedByCollectors([{}, {}]), undefined);
    assert.deepEqual(archivedByCollectors([archive(9n), {}, archive(7n), archive(8n)]), archive(7n).archive);
  });
});

const newestOf = (log: readonly Written[]): readonly Written[] => [
  ...new Map(log.map((entry) => [`${String(entry.partition)}/${String(entry.lane)}`, entry])).values(),
];

const isLast = (all: readonly LaneBlocks[], block: LogBlock): boolean => all.some((one) => one.at(-1) === block);
