import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Instant, parseInstant } from '../../domain/instant.js';
import { compareDocuments } from '../../projections/plain/compare-documents.js';
import { foldPlainly } from './fold-plainly.js';
import { type Projection } from '../../projections/projection.js';
import { projections } from '../../projections/projections.js';
import { madeLog, type MadeRow, type MadeSegment } from './made-log.js';
import { ReadModel, type Step } from './read-model.js';
import { full } from '../support/full-counts.js';

const start = parseInstant('2025-07-18T20:42:34Z')!;
const seconds = (count: number): Instant => (start + BigInt(count) * 1_000_000_000n) as Instant;
const oneOf = <A>(...things: A[]) => fc.constantFrom(...things);

/** Few names, indexes and times, so that everything meets everything: ties, moves, replacements, late and future rows. */
const row: fc.Arbitrary<MadeRow> = fc.record({
  at: fc.oneof(
    fc.integer({ min: -2, max: 4 }).map(seconds),
    fc.integer({ min: -200, max: 200 }).map(seconds),
    fc.constantFrom(seconds(-1_000_000_000_0), seconds(86_400), (start + 1n) as Instant),
  ),
  metric: oneOf('DCGM_FI_DEV_GPU_UTIL', 'DCGM_FI_DEV_POWER_USAGE', '7', '__proto__'),
  value: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.double({ noNaN: true, noDefaultInfinity: true })),
  host: oneOf('host-1', 'host-2'),
  uuid: oneOf('GPU-a', 'GPU-b', 'GPU-c'),
  index: oneOf('0', '1'),
  device: oneOf('nvidia0', 'nvidia1'),
  model: oneOf('H100', 'H200'),
  pod: oneOf('', '', 'train-0', 'x'.repeat(300)),
  labels: oneOf(
    '',
    'job="a"',
    'job="b",1="x"',
    'GPU_I_ID="1",GPU_I_PROFILE="1g.10gb"',
    'GPU_I_ID="1",GPU_I_PROFILE="2g.20gb"',
    '__name__="7",job="a"',
  ),
});

const segment: fc.Arbitrary<Omit<MadeSegment, 'revision'>> = fc.record({
  cluster: oneOf('c', 'd'),
  appended: fc.integer({ min: 0, max: 240 }).map(seconds),
  storedBytes: oneOf(1000, 400_000, 2_000_000),
  rows: fc.array(row, { minLength: 1, maxLength: 25 }),
});

const segments = fc.array(fc.tuple(segment, fc.integer({ min: 1, max: 3 })), { minLength: 1, maxLength: 14 });
const log = fc.tuple(segments, fc.boolean()).map(([made, shared]) => {
  let revision = 0;
  return madeLog(
    made.map(([one, more]) => ({ ...one, revision: (revision += more) })),
    shared,
  );
});

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ kind: 'go on' } as const) },
  { weight: 3, arbitrary: fc.constant({ kind: 'commit' } as const) },
  { weight: 1, arbitrary: fc.constant({ kind: 'crash' } as const) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('torn' as const), landed: fc.nat(6) }) },
);
const steps = fc.array(step, { maxLength: 24 });
const numRuns = full ? 2000 : 60;

const agrees = (projection: Projection) =>
  fc.assert(
    fc.property(log, steps, (logged, plan) => {
      const model = new ReadModel(projection).run(logged, plan);
      const { differences } = compareDocuments(foldPlainly(projection.name, logged), model.documents());
      assert.deepEqual(differences, []);
      const inOneGo = new ReadModel(projection).run(logged, []);
      assert.deepEqual(bytes(model), bytes(inOneGo));
      assert.equal(model.events, inOneGo.events);
      assert.equal(model.segments, inOneGo.segments);
    }),
    { numRuns },
  );

const bytes = (model: ReadModel) =>
  model
    .documents()
    .map(({ path, value }) => `${JSON.stringify(path)} ${Buffer.from(value).toString('base64')}`)
    .sort();

describe('folding any split of a log, with crashes anywhere', () => {
  for (const projection of projections) {
    it(`P2, P3: gives the ${projection.name} documents of the plain fold, byte for byte`, () =>
      agrees(projection)).timeout(600_000);
  }
});
