import assert from 'node:assert/strict';
import * as E from 'fp-ts/lib/Either.js';
import fc from 'fast-check';
import { type ClusterId, type GpuUuid, type Hostname, type MetricName } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { type Revision } from '../../domain/revision.js';
import { type DocumentFormat } from '../../projections/documents/json.document.js';
import { minuteDocument } from '../../projections/cluster/minute.document.js';
import { watermarkDocument } from '../../projections/cluster/watermark.document.js';
import { deviceDocument } from '../../projections/gpu/device.document.js';
import { latestDocument } from '../../projections/gpu/latest.document.js';
import { chunkDocument } from '../../projections/history/chunk.document.js';
import { chunkPath, parseChunkPath } from '../../projections/history/chunk-path.document.js';
import { hostDocument } from '../../projections/host/host.document.js';

const some = <A>(arbitrary: fc.Arbitrary<A>) => fc.array(arbitrary, { maxLength: 4 });
const text = fc.string({ unit: 'binary', maxLength: 12 });
const named = <B>() => fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }) as unknown as fc.Arbitrary<B>;
const revision = fc.bigInt(0n, 2n ** 63n - 1n) as fc.Arbitrary<Revision>;
const instant = fc.bigInt(-(10n ** 18n), 4n * 10n ** 18n) as fc.Arbitrary<Instant>;
// JSON has one zero.
const value = fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => (x === 0 ? 0 : x));
const place = { revision, cluster: named<ClusterId>() };
const host = { ...place, hostname: named<Hostname>() };
const tallies = some(fc.record({ metric: named<MetricName>(), count: fc.nat(), sum: value, min: value, max: value }));

const device = fc.record({
  ...host,
  uuid: named<GpuUuid>(),
  mig: fc.option(fc.record({ parent: named<GpuUuid>(), id: text, profile: fc.option(text) })),
  model_name: text,
  labels: some(fc.tuple(text, text)),
  labels_truncated: fc.boolean(),
  described_at: instant,
  first_seen: instant,
});

const columns = some(fc.record({ metric: named<MetricName>(), value, observed: instant, effective: instant }));
const latestDevice = fc
  .record({
    uuid: named<GpuUuid>(),
    gpuIndex: text,
    device: text,
    container: text,
    pod: text,
    namespace: text,
    heldSince: instant,
    seenAt: instant,
    behind: fc.nat(),
    moves: some(fc.record({ until: instant, gpuIndex: text, device: text })),
    movesDropped: fc.nat(),
    columns,
  })
  .map(({ columns: rows, ...rest }) => ({
    ...rest,
    metrics: rows.map((row) => row.metric),
    values: rows.map((row) => row.value),
    observed: rows.map((row) => row.observed),
    effective: rows.map((row) => row.effective),
  }));
const latest = fc.record({ ...host, truncated: fc.boolean(), devices: some(latestDevice) }).map((document) => ({
  ...document,
  devices: document.devices.map(({ behind, ...device }) => ({
    ...device,
    seenIn: (document.revision - BigInt(behind)) as Revision,
  })),
}));

const hosts = fc.record({
  ...host,
  truncated: fc.boolean(),
  watermark: instant,
  appended: instant,
  devices: some(fc.tuple(text, named<GpuUuid>(), instant)),
  minutes: some(fc.tuple(instant, tallies)),
});

const key = { ...host, uuid: named<GpuUuid>(), part: fc.nat(999_999), first: instant, last: instant };
const chunk = fc.record({ ...key, from: revision, events: fc.nat(), body: fc.uint8Array().map((b) => Buffer.from(b)) });

/** Records of fast-check have no prototype; what is decoded has one. */
const plain = (thing: unknown): unknown =>
  Array.isArray(thing)
    ? thing.map(plain)
    : typeof thing === 'object' && thing !== null && !Buffer.isBuffer(thing)
      ? Object.fromEntries(Object.entries(thing).map(([name, inner]) => [name, plain(inner)]))
      : thing;

const givesBack = <A>(format: DocumentFormat<A>, documents: fc.Arbitrary<A>) =>
  fc.assert(
    fc.property(documents, (document) => {
      const bytes = format.encode(document);
      const decoded = format.decode(bytes);
      if (E.isLeft(decoded)) assert.fail(decoded.left);
      assert.deepEqual(plain(decoded.right), plain(document));
      assert.deepEqual(Buffer.from(format.encode(decoded.right)), Buffer.from(bytes));
    }),
  );

describe('documents', () => {
  it('P3: a device gives back what it took, with the same bytes', () => givesBack(deviceDocument, device));
  it('P3: the latest of a host give back what they took, with the same bytes', () => givesBack(latestDocument, latest));
  it('P3: a host gives back what it took, with the same bytes', () => givesBack(hostDocument, hosts));
  it('P3: a watermark gives back what it took, with the same bytes', () =>
    givesBack(watermarkDocument, fc.record({ ...place, watermark: instant, appended: instant })));
  it('P3: a minute gives back what it took, with the same bytes', () =>
    givesBack(minuteDocument, fc.record({ ...place, minute: instant, truncated: fc.boolean(), tallies })));
  it('P3: a chunk gives back what it took, with the same bytes', () => givesBack(chunkDocument, chunk));

  it('the path of a chunk tells its range', () =>
    fc.assert(
      fc.property(fc.record(key), (chunkKey) => {
        assert.deepEqual(plain(parseChunkPath(chunkPath(chunkKey))), plain(chunkKey));
      }),
    ));

  it('damaged documents are refused with where and why', () => {
    const damaged: [string, RegExp][] = [
      ['', /not JSON/],
      ['{', /not JSON/],
      ['{}', /revision/],
      ['{"revision":"1","cluster":"c","watermark":"yesterday","appended":"2025-07-18T20:42:34Z"}', /watermark/],
    ];
    for (const [json, reason] of damaged) {
      const decoded = watermarkDocument.decode(Buffer.from(json));
      assert.ok(E.isLeft(decoded));
      assert.match(decoded.left, reason);
    }
  });

  it('a number beyond a table is a damaged document', () => {
    const json =
      '{"revision":"1","cluster":"c","hostname":"h","truncated":false,"metrics":["M"],"times":["2025-07-18T20:42:34Z"],' +
      '"devices":[{"uuid":"u","at":["0","d"],"by":["","","",0],"seen":0,"metrics":[1],"values":[5],"observed":[0]}]}';
    const decoded = latestDocument.decode(Buffer.from(json));
    assert.ok(E.isLeft(decoded));
    assert.match(decoded.left, /entry 1 of a table of 1/);
    const shorter = latestDocument.decode(
      Buffer.from(json.replace('"metrics":[1],"values":[5]', '"metrics":[0],"values":[]')),
    );
    assert.ok(E.isLeft(shorter));
    assert.match(shorter.left, /columns of different lengths/);
  });
});
