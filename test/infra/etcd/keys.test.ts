import assert from 'node:assert/strict';
import fc from 'fast-check';
import { projectionNames } from '../../../domain/generation.js';
import { type Lane, type Partition, type Sequence, type SourceId } from '../../../domain/ids.js';
import { Keys } from '../../../infra/etcd/keys.js';
import { type KeyRange } from '../../../infra/etcd/key-path.js';

const keys = new Keys('/telemetry/');
const inside = (key: string, { start, end }: KeyRange) =>
  Buffer.compare(Buffer.from(key), Buffer.from(start)) >= 0 && Buffer.compare(Buffer.from(key), Buffer.from(end)) < 0;

const partitions = fc.integer({ min: 0, max: 63 }) as fc.Arbitrary<Partition>;
const lanes = fc.integer({ min: 0, max: 15 }) as fc.Arbitrary<Lane>;
const sequences = fc.integer({ min: 0, max: 999_999_999_999 }) as fc.Arbitrary<Sequence>;
const plain = { noNullPrototype: true } as const;
const places = fc.record({ partition: partitions, lane: lanes, sequence: sequences }, plain);
const parts = fc.record(
  { projection: fc.constantFrom(...projectionNames), generation: fc.nat(), partition: partitions },
  plain,
);
const paths = fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 4 });
const source = '0123456789abcdef0123456789abcdef' as SourceId;

describe('the keys in etcd', () => {
  it('have the documented shapes', () => {
    const place = { partition: 3 as Partition, lane: 7 as Lane, sequence: 42 as Sequence };
    const part = { projection: 'gpu' as const, generation: 12, partition: 3 as Partition };
    assert.deepEqual(
      [
        keys.segment(place),
        keys.source(source),
        keys.lane(7 as Lane),
        keys.deadLetter({ source, offset: 1024 }),
        keys.letterCounts(source),
        keys.projectionRegistry,
        keys.activePointer('gpu'),
        keys.generation('gpu', 12),
        keys.checkpoint(part),
        keys.document(part, ['host', 'a/b c']),
        keys.member('collector', 'c-1'),
        keys.claim(part),
        keys.logIdentity,
        keys.trimmed(3 as Partition),
      ],
      [
        '/telemetry/log/03/07/000000000042',
        `/telemetry/sources/${source}`,
        '/telemetry/lanes/07',
        `/telemetry/dead-letters/${source}/0000000000001024`,
        `/telemetry/dead-letter-counts/${source}`,
        '/telemetry/projections/registry',
        '/telemetry/projections/gpu/active',
        '/telemetry/projections/gpu/generations/12',
        '/telemetry/models/gpu/12/checkpoints/03',
        '/telemetry/models/gpu/12/documents/03/host/a%2Fb%20c',
        '/telemetry/members/collector/c-1',
        '/telemetry/claims/gpu/12/03',
        '/telemetry/meta/log',
        '/telemetry/meta/trimmed/03',
      ],
    );
  });

  it('L1: keep the order of the sequences of a lane, and each lies in the ranges of its lane, partition and log', () => {
    fc.assert(
      fc.property(places, sequences, (place, other) => {
        const [a, b] = [keys.segment(place), keys.segment({ ...place, sequence: other })];
        assert.equal(Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))), Math.sign(place.sequence - other));
        assert.deepEqual(keys.parseSegment(a), place);
        assert.ok(inside(a, keys.logOfLane(place.partition, place.lane)));
        assert.ok(inside(a, keys.logOfPartition(place.partition)));
        assert.ok(inside(a, keys.log) && inside(a, keys.everything));
        const nextLane = ((place.lane + 1) % 16) as Lane;
        assert.ok(!inside(a, keys.logOfLane(place.partition, nextLane)));
      }),
    );
  });

  it('give back every name of a document, whatever is in it', () => {
    fc.assert(
      fc.property(parts, paths, (part, path) => {
        const key = keys.document(part, path);
        assert.deepEqual(keys.parseModel(key), { part, path });
        assert.ok(inside(key, keys.documentsOf(part)) && inside(key, keys.modelOf(part)));
        assert.deepEqual(keys.parseModel(keys.checkpoint(part)), { part, path: undefined });
        assert.deepEqual(keys.parseClaim(keys.claim(part)), part);
      }),
    );
  });

  it('are not taken for keys of another shape', () => {
    const strangers = [
      '/telemetry/log/03/07/42',
      '/telemetry/log/03/16/000000000042',
      '/telemetry/log/64/07/000000000042',
      '/telemetry/log/03/07/000000000042/x',
      '/other/log/03/07/000000000042',
      '/telemetry/models/gpu/x/documents/03/a',
      '/telemetry/models/gpu/1/documents/03',
      '/telemetry/models/gpu/1/documents/03/%zz',
      '/telemetry/claims/none/1/03',
      '/telemetry/sources/short',
    ];
    for (const key of strangers) {
      const parsed = [
        keys.parseSegment(key),
        keys.parseSource(key),
        keys.parseDeadLetter(key),
        keys.parseModel(key),
        keys.parseClaim(key),
        keys.parseTrimmed(key),
      ];
      assert.ok(
        parsed.every((found) => found === undefined),
        key,
      );
    }
  });

  it('refuse a number that does not fit its width and a prefix that is no folder', () => {
    const place = { partition: 0 as Partition, lane: 0 as Lane, sequence: 1e12 as Sequence };
    assert.throws(() => keys.segment(place), /no whole number of at most 12 digits/);
    assert.throws(() => new Keys('/telemetry'), /does not end in "\/"/);
  });
});
