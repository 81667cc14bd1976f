import assert from 'node:assert/strict';
import fc from 'fast-check';
import { slowdownLimit } from '../../domain/health-signals.js';
import { type ClusterId, type GpuUuid, type Hostname } from '../../domain/ids.js';
import { formatInstant, type Instant } from '../../domain/instant.js';
import { type Episode } from '../../projections/health/episode.document.js';
import {
  healthDocument,
  type HealthDocument,
  healthLimits,
  healthPath,
} from '../../projections/health/health.document.js';
import { healthProjection } from '../../projections/health/health.projection.js';
import { compareDocuments } from '../../projections/plain/compare-documents.js';
import { foldPlainly } from './fold-plainly.js';
import { type StoredDocument } from '../../projections/projection.js';
import { compareSince } from '../../projections/verify/since-horizon.js';
import { documentsAfter, read } from './given.js';
import { instant, madeLog, type MadeRow, type MadeSegment } from './made-log.js';
import { ReadModel, type Step } from './read-model.js';
import { full } from '../support/full-counts.js';

const c = 'c' as ClusterId;
const host = 'host-1' as Hostname;
const a = 'GPU-a' as GpuUuid;
const xid = 'DCGM_FI_DEV_XID_ERRORS';
const temperature = 'DCGM_FI_DEV_GPU_TEMP';
const doubleBit = 'DCGM_FI_DEV_ECC_DBE_VOL_TOTAL';
const singleBit = 'DCGM_FI_DEV_ECC_SBE_AGG_TOTAL';
const throttle = 'DCGM_FI_DEV_CLOCK_THROTTLE_REASONS';

const start = instant('2025-07-18T20:00:00Z');
const second = (count: number): Instant => (start + BigInt(Math.round(count * 1000)) * 1_000_000n) as Instant;
const row = (at: number, metric: string, value: number, more: Partial<MadeRow> = {}): MadeRow => ({
  ...{ at: second(at), metric, value },
  ...more,
});
const segment = (revision: number, ...rows: MadeRow[]): MadeSegment => ({
  ...{ revision, appended: '2025-07-18T23:00:00Z', rows },
});

const healthAfter = (segments: readonly MadeSegment[], uuid = a, shared = false): HealthDocument =>
  read(healthDocument, documentsAfter('health', segments, shared), healthPath(c, host, uuid));

/** An episode in short: what, how often, by how many samples, from when to when, and whether it goes on. */
const short = ({ signal, code, count, samples, first, last, ended }: Episode) =>
  [signal, code, count, samples, seconds(first), seconds(last), ended === null ? 'goes on' : 'over'] as const;
const seconds = (at: Instant): number => Number(at - start) / 1e9;
const episodesAfter = (...segments: MadeSegment[]) => healthAfter(segments).episodes.map(short);

describe('health', () => {
  it('P4: a GPU that is well has no document, whatever it is sampled for', () => {
    const well = [xid, doubleBit, singleBit, throttle, temperature].map((metric) => row(0, metric, 0));
    const busy = [row(1, throttle, 1 + 2 + 16 + 256), row(1, temperature, slowdownLimit - 0.5), row(1, 'OTHER', 1e9)];
    assert.deepEqual(documentsAfter('health', [segment(1, ...well), segment(2, ...busy)]), []);
  });

  it('an XID is one error as long as it is shown, and is kept when the next sample shows none', () => {
    const shown = [row(0, xid, 0), row(1, xid, 79), row(2, xid, 79)];
    assert.deepEqual(episodesAfter(segment(1, ...shown)), [['xid', 79, 1, 2, 1, 2, 'goes on']]);
    assert.deepEqual(episodesAfter(segment(1, ...shown), segment(2, row(3, xid, 0), row(4, xid, 0))), [
      ['xid', 79, 1, 2, 1, 2, 'over'],
    ]);
  });

  it('an XID that is shown again after none, or after another, is another error', () => {
    const { conditions, episodes } = healthAfter([
      segment(1, row(1, xid, 79), row(2, xid, 0), row(3, xid, 79), row(4, xid, 43), row(5, xid, 79)),
    ]);
    assert.deepEqual(
      episodes.map(short).map(([, code, , , first, , state]) => [code, first, state]),
      [
        [79, 1, 'over'],
        [79, 3, 'over'],
        [43, 4, 'over'],
        [79, 5, 'goes on'],
      ],
    );
    assert.deepEqual(
      conditions.map(({ code, count, first, last }) => [code, count, seconds(first), seconds(last)]),
      [
        [79, 3, 1, 5],
        [43, 1, 4, 4],
      ],
    );
  });

  it('an ECC counter counts by what it grows, from zero when it is first seen or has begun again', () => {
    const { conditions, episodes } = healthAfter([
      segment(1, row(1, doubleBit, 2), row(2, doubleBit, 2), row(3, doubleBit, 5)),
      segment(2, row(4, doubleBit, 6), row(5, doubleBit, 0), row(6, doubleBit, 1)),
    ]);
    assert.deepEqual(episodes.map(short), [
      ['ecc_double_bit:volatile', 0, 2, 1, 1, 1, 'over'],
      ['ecc_double_bit:volatile', 0, 4, 2, 3, 4, 'over'],
      ['ecc_double_bit:volatile', 0, 1, 1, 6, 6, 'goes on'],
    ]);
    const [sum] = conditions;
    assert.deepEqual([sum!.count, sum!.worst, seconds(sum!.first), seconds(sum!.last)], [7, 6, 1, 6]);
  });

  it('single-bit and double-bit errors, volatile and aggregate ones are told apart', () => {
    const { conditions } = healthAfter([segment(1, row(1, doubleBit, 1), row(1, singleBit, 3))]);
    assert.deepEqual(
      conditions.map(({ signal, count }) => [signal, count]),
      [
        ['ecc_double_bit:volatile', 1],
        ['ecc_single_bit:aggregate', 3],
      ],
    );
  });

  it('a temperature at the slow-down limit or above begins an episode, and one below ends it', () => {
    const { conditions, episodes } = healthAfter([
      segment(1, row(1, temperature, slowdownLimit), row(2, temperature, 93), row(3, temperature, slowdownLimit - 1)),
      segment(2, row(4, temperature, 60), row(5, temperature, 88)),
    ]);
    assert.deepEqual(episodes.map(short), [
      ['temperature', 0, 1, 2, 1, 2, 'over'],
      ['temperature', 0, 1, 1, 5, 5, 'goes on'],
    ]);
    assert.deepEqual([conditions[0]!.count, conditions[0]!.samples, conditions[0]!.worst], [2, 3, 93]);
  });

  it('each reason to throttle is a thing of its own, whichever name its metric has', () => {
    const later = 'DCGM_FI_DEV_CLOCKS_EVENT_REASONS';
    const log = [segment(1, row(1, throttle, 4 + 64), row(2, throttle, 64)), segment(2, row(3, later, 64 + 1))];
    assert.deepEqual(episodesAfter(...log), [
      ['throttle:sw_power_cap', 0, 1, 1, 1, 1, 'over'],
      ['throttle:hw_thermal_slowdown', 0, 1, 3, 1, 3, 'goes on'],
    ]);
  });

  it('P3: a late sample adds what it tells and ends nothing', () => {
    const newer = segment(1, row(100, temperature, 90), row(101, temperature, 90));
    const older = [row(10, temperature, 95), row(11, temperature, 20), row(12, temperature, 96)];
    assert.deepEqual(episodesAfter(newer, segment(2, ...older, row(99, temperature, 91), row(102, temperature, 50))), [
      // The first three are more than a minute before: one episode of their own.
      ['temperature', 0, 1, 3, 99, 101, 'over'],
      ['temperature', 0, 1, 2, 10, 12, 'over'],
    ]);
  });

  it('P3: a late sample of a counter says nothing that the newer one does not hold', () => {
    const log = [segment(1, row(10, doubleBit, 5)), segment(2, row(9, doubleBit, 3), row(11, doubleBit, 5))];
    assert.deepEqual(episodesAfter(...log), [['ecc_double_bit:volatile', 0, 5, 1, 10, 10, 'over']]);
  });

  it('a row from the future counts when it was appended', () => {
    const log = [{ revision: 1, appended: second(5), rows: [row(500, xid, 79), row(6, xid, 0)] }];
    assert.deepEqual(episodesAfter(...log), [['xid', 79, 1, 1, 5, 5, 'over']]);
  });

  it('MIG instances and GPUs of several hosts are well or not by themselves', () => {
    const labels = 'GPU_I_ID="7",GPU_I_PROFILE="1g.10gb"';
    const documents = documentsAfter('health', [
      segment(1, row(1, xid, 13, { labels }), row(1, xid, 0), row(1, xid, 45, { host: 'host-2' })),
    ]);
    assert.deepEqual(
      documents.map(({ path }) => path.slice(2)),
      [
        ['host-1', 'GPU-a:7'],
        ['host-2', 'GPU-a'],
      ],
    );
  });

  it('P1: is written when it changes, with the revision of the segment that changed it', () => {
    const log = [segment(1, row(1, xid, 79)), segment(2, row(2, xid, 0)), segment(3, row(3, xid, 0))];
    assert.equal(healthAfter(log).revision, 2n);
    const [episode] = healthAfter(log).episodes;
    assert.deepEqual([episode!.began, episode!.ended], [1n, 2n]);
  });

  it('P8: the newest episodes are kept, the oldest that are over dropped and counted; sums stay exact', () => {
    const flaps = Array.from({ length: 100 }, (_, i) => [
      row(2 * i + 1, temperature, 90),
      row(2 * i + 2, temperature, 50),
    ]);
    const document = healthAfter([segment(1, row(0, xid, 79), ...flaps.flat())]);
    assert.equal(document.episodes.length, healthLimits.episodes);
    assert.equal(document.dropped, 101 - healthLimits.episodes);
    // The oldest of all goes on, so it is there.
    assert.deepEqual(short(document.episodes[0]!), ['xid', 79, 1, 1, 0, 0, 'goes on']);
    assert.equal(document.conditions.find(({ signal }) => signal === 'temperature')!.count, 100);
    assert.ok(healthDocument.encode(document).length < 8_192);
  });

  it('P8: conditions are bounded, and say when some were left out', () => {
    const codes = Array.from({ length: healthLimits.conditions + 6 }, (_, i) => row(i, xid, i + 1));
    const document = healthAfter([segment(1, ...codes)]);
    assert.deepEqual([document.conditions.length, document.truncated], [healthLimits.conditions, true]);
    assert.equal(document.episodes.at(-1)!.code, healthLimits.conditions + 6);
  });

  it('segments of one dictionary see what is being watched since', () => {
    const log = [1, 2, 3, 4].map((n) => segment(n, row(n, xid, n === 1 ? 79 : 0), row(n, temperature, 20)));
    assert.equal(healthAfter(log, a, true).revision, 2n);
  });
});

const told = fc.oneof(
  fc.record({ metric: fc.constant(xid), value: fc.constantFrom(0, 0, 79, 43, -0) }),
  fc.record({ metric: fc.constant(temperature), value: fc.constantFrom(20, 86.9, slowdownLimit, 95) }),
  fc.record({ metric: fc.constantFrom(doubleBit, singleBit), value: fc.constantFrom(0, 0, 1, 2, 5, -3) }),
  fc.record({
    metric: fc.constantFrom(throttle, 'DCGM_FI_DEV_CLOCKS_EVENT_REASONS'),
    value: fc.constantFrom(0, 1, 4, 8, 68, 2 ** 40),
  }),
  fc.record({
    metric: fc.constant('DCGM_FI_DEV_POWER_VIOLATION'),
    value: fc.double({ noNaN: true, noDefaultInfinity: true }),
  }),
);
const anyRow: fc.Arbitrary<MadeRow> = fc
  .record({
    at: fc.oneof(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 0, max: 400 })).map(second),
    told,
    host: fc.constantFrom('host-1', 'host-1', 'host-2'),
    uuid: fc.constantFrom('GPU-a', 'GPU-b'),
    labels: fc.constantFrom('', '', 'GPU_I_ID="1"'),
  })
  .map(({ told: what, ...others }) => ({ ...others, ...what }));
const anyLog = fc
  .tuple(
    fc.array(fc.tuple(fc.integer({ min: 1, max: 2 }), fc.array(anyRow, { minLength: 1, maxLength: 30 })), {
      minLength: 1,
      maxLength: 12,
    }),
    fc.integer({ min: 2, max: 500 }),
    fc.boolean(),
  )
  .map(([made, appended, shared]) => {
    let revision = 0;
    const segments = made.map(([more, rows]) => ({ revision: (revision += more), appended: second(appended), rows }));
    return madeLog(segments, shared);
  });
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.constantFrom<Step>({ kind: 'go on' }, { kind: 'commit' }, { kind: 'crash' }),
  fc.record({ kind: fc.constant('torn' as const), landed: fc.nat(4) }),
);
const numRuns = full ? 5_000 : 150;

describe('health, when the old end of its log is gone', () => {
  const appendedAt = (n: number): Instant => second(50 * n + 50);
  const growing = fc
    .array(fc.array(anyRow, { minLength: 1, maxLength: 12 }), { minLength: 2, maxLength: 10 })
    .map((all) => madeLog(all.map((rows, n) => ({ revision: n + 1, appended: appendedAt(n), rows }))));

  it('R5: what is left tells of documents that begin behind it, and says nothing of others', () => {
    fc.assert(
      fc.property(growing, fc.nat(8), (log, gone) => {
        const from = 1 + (gone % (log.length - 1));
        const found = new ReadModel(healthProjection).run(log, []).documents();
        const { differences } = compareSince(foldPlainly('health', log.slice(from)), found, appendedAt(from - 1));
        assert.deepEqual(differences, []);
      }),
      { numRuns },
    );
  });

  it('R5: finds what differs in a document that begins behind it, and what is not there', () => {
    const log = madeLog([
      { revision: 1, appended: appendedAt(0), rows: [row(1, xid, 13)] },
      { revision: 2, appended: appendedAt(4), rows: [row(200, xid, 79, { uuid: 'GPU-b' }), row(200, xid, 14)] },
    ]);
    const found = new ReadModel(healthProjection).run(log, []).documents();
    const damaged = found.map(({ path, value }) => ({
      ...{ path, value: Buffer.from(Buffer.from(value).toString().replace('["xid",79,[1', '["xid",79,[2')) },
    }));
    const since = (documents: readonly StoredDocument[]) =>
      compareSince(foldPlainly('health', log.slice(1)), documents, appendedAt(0)).differences.map(
        ({ kind, path }) => [kind, path.at(-1)] as const,
      );
    assert.deepEqual(since(found), []);
    assert.deepEqual(since(damaged), [['different', 'GPU-b']]);
    assert.deepEqual(since(found.slice(0, 1)), [['missing', 'GPU-b']]);
  });
});

describe('health, however its log is cut', () => {
  it('P2, P3, R5: any split with any restarts gives the bytes of the plain fold', () => {
    const bytes = (model: ReadModel) =>
      model.documents().map(({ path, value }) => `${path.join('/')} ${Buffer.from(value).toString()}`);
    let episodes = 0;
    fc.assert(
      fc.property(anyLog, fc.array(anyStep, { maxLength: 16 }), (log, steps) => {
        const model = new ReadModel(healthProjection).run(log, steps);
        assert.deepEqual(compareDocuments(foldPlainly('health', log), model.documents()).differences, []);
        assert.deepEqual(bytes(model).sort(), bytes(new ReadModel(healthProjection).run(log, [])).sort());
        for (const { value } of model.documents()) {
          const decoded = healthDocument.decode(value);
          assert.ok(decoded._tag === 'Right');
          assert.deepEqual(Buffer.from(healthDocument.encode(decoded.right)), Buffer.from(value));
          for (const one of decoded.right.episodes) assert.ok(one.first <= one.last, formatInstant(one.first));
          episodes += decoded.right.episodes.length;
        }
      }),
      { numRuns },
    );
    assert.ok(episodes > numRuns, `only ${String(episodes)} episodes`);
  }).timeout(600_000);
});
