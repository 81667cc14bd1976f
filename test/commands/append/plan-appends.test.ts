import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Batch, type Piece } from '../../../commands/append/batch.js';
import { parseCheckpoint } from '../../../commands/append/checkpoint-text.js';
import { placement } from '../../../commands/append/placement.js';
import {
  encodeLoad,
  type Load,
  planAppends,
  type PlannedAppend,
  type Planning,
  type Tail,
} from '../../../commands/append/plan-appends.js';
import { firstCourse } from '../../../commands/append/source-course.js';
import { appendBounds } from '../../../domain/append.js';
import { type ClusterId, type Lane, type Sequence, type SourceId } from '../../../domain/ids.js';
import { instantOfMillis } from '../../../domain/instant.js';
import { type Revision } from '../../../domain/revision.js';
import { decodeSegment } from '../../../domain/segment/decode.js';
import { segmentEncoder } from '../../../domain/segment/encode.js';
import { type Samples, type Segment } from '../../../domain/segment/segment.js';
import { blockOf, coveredBy, dictionaryOf, rejectedAt } from './blocks.js';

const partitions = 4;
const at = instantOfMillis(1_000);
const cluster = 'c' as ClusterId;
const source = '0123456789abcdef0123456789abcdef' as SourceId;
const series = dictionaryOf(12);

const tail: Tail = {
  lane: 2 as Lane,
  claim: 77n as Revision,
  batch: 5,
  heads: [3, 0, 9, 1] as Sequence[],
  course: firstCourse({ source, cluster, path: 'a.csv', log_id: 'log' }, { offset: 0, row: 1 }),
  prior: undefined,
};

const planning = (encode: Planning['encode'] = segmentEncoder()): Planning => ({
  columns: ['timestamp', 'value'],
  placement: placement(cluster, partitions),
  encode,
});

/** Piece `i` covers bytes 100 i to 100 (i + 1) and holds so many events. */
const pieceOf = (i: number, events: number, rejected: readonly number[] = []): Piece => {
  const rows = Array.from({ length: events }, (_, n) => ({ series: n % 12, time: BigInt(i), value: n }));
  const records = rejected.map((offset) => rejectedAt(offset));
  const block = blockOf({ series, rows, from: 100 * i, to: 100 * (i + 1), rejected: records });
  return { blocks: [block], covered: coveredBy(100 * (i + 1)) };
};

const segmentsOf = ({ append }: PlannedAppend): readonly Segment[] =>
  append.segments.map(({ bytes }) => {
    const decoded = decodeSegment(bytes);
    return decoded._tag === 'Right' ? decoded.right : assert.fail(decoded.left.kind);
  });

/** Incompressible, so large that a few pieces fill an append. */
const bulky = (bytesPerEvent: number) => (samples: Samples) => {
  const bytes = randomBytes(samples.values.length * bytesPerEvent);
  return () => bytes;
};

const plan = (behind: Tail, load: Load, by: Planning = planning()) => planAppends(behind, encodeLoad(load, by), by, at);

describe('planning appends', () => {
  it('L2: every segment names its source, its batch and how many segments the batch has', () => {
    const [planned, ...more] = plan(tail, { pieces: [pieceOf(0, 40)], ends: false });
    assert.equal(more.length, 0);
    const headers = segmentsOf(planned!).map(({ header }) => header);
    assert.ok(headers.length > 1);
    headers.forEach((header, part) => {
      assert.deepEqual(
        { ...header, events: undefined },
        {
          ...{ cluster, source, claim: 77n, batch: 5, part, parts: headers.length, from: 0, to: 100, pass: 0 },
          ...{ appendedAt: at, columns: ['timestamp', 'value'], events: undefined },
        },
      );
    });
    assert.equal(
      headers.reduce((sum, { events }) => sum + events, 0),
      40,
    );
  });

  it('L2: sequences go on from the heads, in the partitions that got a segment only', () => {
    const [planned] = plan(tail, { pieces: [pieceOf(0, 1)], ends: false });
    const { partition, sequence } = planned!.append.segments[0]!;
    assert.equal(planned!.append.segments.length, 1);
    assert.equal(sequence, tail.heads[partition]);
    const after = tail.heads.map((head, p) => (p === partition ? head + 1 : head));
    assert.deepEqual(planned!.after.heads, after);
    assert.equal(planned!.after.batch, 6);
  });

  it('L3: the checkpoint covers exactly the rows of its append, and the next append compares its text', () => {
    const [first] = plan(tail, { pieces: [pieceOf(0, 10, [7])], ends: false });
    const [second] = plan(first!.after, { pieces: [pieceOf(1, 20)], ends: true });
    assert.equal(first!.append.prior, undefined);
    assert.equal(second!.append.prior, first!.append.checkpoint);
    const one = parseCheckpoint(first!.append.checkpoint)!;
    const two = parseCheckpoint(second!.append.checkpoint)!;
    assert.deepEqual(
      [one.claim, one.batch, one.offset, one.rows, one.events, one.dead_letters, one.state],
      [77n, 5, 100, 11, 10, 1, 'reading'],
    );
    assert.deepEqual(
      [two.claim, two.batch, two.offset, two.rows, two.events, two.dead_letters, two.state],
      [77n, 6, 200, 31, 30, 1, 'ended'],
    );
    assert.deepEqual({ first: two.first, last: two.last }, coveredBy(200));
  });

  it('L7: what is too large for one append is split into halves where a checkpoint can stand', () => {
    const pieces = Array.from({ length: 8 }, (_, i) => pieceOf(i, 1_000));
    const planned = plan(tail, { pieces, ends: true }, planning(bulky(400)));
    assert.ok(planned.length >= 3);
    let [to, batch] = [0, 5];
    for (const [i, { append, bytes, after }] of planned.entries()) {
      assert.ok(bytes <= appendBounds.bytes);
      const checkpoint = parseCheckpoint(append.checkpoint)!;
      assert.equal(append.batch, batch++);
      assert.ok(checkpoint.offset > to);
      to = checkpoint.offset;
      assert.equal(checkpoint.state, i === planned.length - 1 ? 'ended' : 'reading');
      assert.equal(checkpoint.last.sha256, `last of ${String(to)}`);
      if (i > 0) assert.equal(append.prior, planned[i - 1]!.append.checkpoint);
      assert.deepEqual(after.course, checkpoint);
    }
    assert.equal(to, 800);
    assert.equal(planned.at(-1)!.after.course.events, 8_000);
  });

  it('L7: dead letters beyond what one transaction takes are split too', () => {
    const pieces = Array.from({ length: 4 }, (_, i) =>
      pieceOf(
        i,
        1,
        Array.from({ length: 60 }, (__, n) => 100 * i + n),
      ),
    );
    const planned = plan(tail, { pieces, ends: false });
    assert.equal(planned.length, 2);
    for (const { append } of planned) {
      assert.ok(append.deadLetters.length + append.segments.length + 1 <= appendBounds.operations);
    }
    assert.equal(planned.at(-1)!.after.course.dead_letters, 240);
  });

  it('L7: one piece that does not fit is a bug, and is said instead of sent', () => {
    assert.throws(() => plan(tail, { pieces: [pieceOf(0, 1_000)], ends: false }, planning(bulky(2_000))), /too large/);
  });

  it('S3: a row that an earlier pass refused is neither counted nor kept again', () => {
    const course = { ...tail.course, counted: 150, rows: 10, dead_letters: 2, dead_letter_bytes: 99, pass: 1 };
    const load = { pieces: [pieceOf(0, 3, [7, 8]), pieceOf(1, 3, [120, 160])], ends: true };
    const [planned] = plan({ ...tail, course }, load);
    assert.deepEqual(
      planned!.append.deadLetters.map(({ offset }) => offset),
      [160],
    );
    const { rows, events, dead_letters } = planned!.after.course;
    assert.deepEqual({ rows, events, dead_letters }, { rows: 17, events: 6, dead_letters: 3 });
  });

  it('the end of a source without anything new is an append of the checkpoint alone', () => {
    const [planned] = plan({ ...tail, prior: 'x' }, { pieces: [], ends: true });
    const { segments, deadLetters, checkpoint } = planned!.append;
    assert.deepEqual([segments, deadLetters], [[], []]);
    assert.equal(parseCheckpoint(checkpoint)!.state, 'ended');
  });
});

describe('gathering a batch', () => {
  const limits = { rows: 100, ms: 1_000 };
  const block = (events: number, text: number, rejected = 0) =>
    blockOf({
      series,
      rows: Array.from({ length: events }, (_, n) => ({ series: n % 12, time: 0n, value: n })),
      from: 0,
      to: text,
      rejected: Array.from({ length: rejected }, (_, n) => rejectedAt(n)),
    });
  const covered = () => coveredBy(1);

  it('is full at its rows, by events and rejected records together', () => {
    const batch = new Batch();
    batch.add(block(90, 10, 9), covered, false);
    assert.equal(batch.isFull(limits, partitions, 1), false);
    batch.add(block(1, 10), covered, false);
    assert.equal(batch.isFull(limits, partitions, 1), true);
  });

  it('L7: is full before it outgrows an append, going by the bytes that rows took so far', () => {
    const batch = new Batch();
    batch.add(block(90, 10), covered, false);
    assert.equal(batch.isFull(limits, partitions, 11_000), false);
    assert.equal(batch.isFull(limits, partitions, 12_000), true);
  });

  it('L7: is full when the dead letters of one more block might not fit beside a segment for every partition', () => {
    const batch = new Batch();
    batch.add(block(1, 10, 60), covered, false);
    assert.equal(batch.isFull({ rows: 1e6, ms: 1 }, 4, 1), false);
    assert.equal(batch.isFull({ rows: 1e6, ms: 1 }, 64, 1), true);
  });

  it('L8: is full when its columns take 24 MiB of memory, whatever the number of rows', () => {
    const batch = new Batch();
    const heavy = block(100_000, 10);
    for (let blocks = 1; ; blocks++) {
      batch.add(heavy, covered, false);
      if (batch.isFull({ rows: 1e9, ms: 1 }, partitions, 0)) {
        assert.ok(blocks * 1_600_000 < 30 * 2 ** 20);
        break;
      }
      assert.ok(blocks < 20);
    }
  });

  it('closes a piece at what it may cost or when told to, and asks how the text is recognised only then', () => {
    const batch = new Batch();
    let asked = 0;
    const ask = () => coveredBy(++asked);
    batch.add(block(10_000, 300_000), ask, false);
    assert.equal(asked, 0);
    batch.add(block(10_000, 300_000), ask, false);
    batch.add(block(1, 10), ask, true);
    batch.add(block(1, 10), ask, false);
    assert.equal(asked, 2);
    const pieces = batch.take(ask);
    assert.deepEqual(
      pieces.map(({ blocks }) => blocks.length),
      [2, 1, 1],
    );
    assert.deepEqual(
      pieces.map(({ covered: { last } }) => last.sha256),
      ['last of 1', 'last of 2', 'last of 3'],
    );
    assert.ok(batch.isEmpty);
    assert.deepEqual(batch.take(ask), []);
  });
});
