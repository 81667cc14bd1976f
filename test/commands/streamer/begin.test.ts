import assert from 'node:assert/strict';
import { advance, firstCourse, restampedFrom, type Step } from '../../../commands/append/source-course.js';
import { begin, passOver } from '../../../commands/streamer/begin.js';
import { type ClusterId, type SourceId } from '../../../domain/ids.js';
import { instantOfMillis } from '../../../domain/instant.js';
import { type Revision } from '../../../domain/revision.js';
import { blockOf, coveredBy, dictionaryOf } from '../append/blocks.js';

const identity = {
  source: '0123456789abcdef0123456789abcdef' as SourceId,
  cluster: 'c' as ClusterId,
  path: 'moved.csv',
  log_id: 'log',
};
const whole = { offset: 0, row: 1 };
const course = firstCourse({ ...identity, path: 'a.csv' }, whole);
const rows = [{ series: 0, time: 5n, value: 1 }];
const block = blockOf({ series: dictionaryOf(1), rows, from: 0, to: 300 });
const step: Step = {
  ...{ claim: 9n as Revision, batch: 0, blocks: [block], covered: coveredBy(300) },
  ...{ deadLetters: 0, deadLetterBytes: 0, ends: false },
};
const reading = advance(course, step);
const ended = advance(course, { ...step, ends: true });

describe('where a reading begins', () => {
  it('S1: at the beginning for a source that was never appended', () => {
    for (const wish of [{ kind: 'go-on' }, { kind: 'pass', pass: 0 }] as const) {
      assert.deepEqual(begin(undefined, wish, identity, whole), {
        kind: 'read',
        course: firstCourse(identity, whole),
        from: undefined,
      });
    }
  });

  it('S1: where the last committed append ended, under the path by which it was found now', () => {
    const found = begin(reading, { kind: 'go-on' }, identity, whole);
    assert.ok(found.kind === 'read');
    assert.deepEqual(
      [found.from, found.course.offset, found.course.row, found.course.path],
      [reading, 300, 301, 'moved.csv'],
    );
  });

  it('S2: behind its end for a source that may have grown', () => {
    const found = begin(ended, { kind: 'go-on' }, identity, whole);
    assert.ok(found.kind === 'read');
    assert.equal(found.from, ended);
  });

  it('S2: the same source again is a new pass from the beginning, whose refused rows were counted', () => {
    const found = begin(ended, { kind: 'pass', pass: passOver([ended]) }, identity, whole);
    assert.ok(found.kind === 'read');
    const { pass, offset, row, counted, events, state } = found.course;
    assert.deepEqual(
      { pass, offset, row, counted, events, state },
      { pass: 1, offset: 0, row: 1, counted: 300, events: 1, state: 'reading' },
    );
    assert.equal(found.from, undefined);
  });

  it('S1: an interrupted pass is finished first, also when another is asked for', () => {
    assert.equal(passOver([reading]), 0);
    const found = begin(reading, { kind: 'pass', pass: 0 }, identity, whole);
    assert.ok(found.kind === 'read');
    assert.deepEqual([found.course.pass, found.from], [0, reading]);
  });

  it('a pass that a rival has brought to its end is over', () => {
    assert.deepEqual(begin(ended, { kind: 'pass', pass: 0 }, identity, whole), { kind: 'over' });
  });
});

describe('the base of restamped times', () => {
  const now = instantOfMillis(1_000);

  it('S5: is the present, or just later than every time given before', () => {
    assert.equal(restampedFrom(course, now).base, now);
    assert.equal(restampedFrom({ ...course, newest: instantOfMillis(999) }, now).base, now);
    assert.equal(restampedFrom({ ...course, newest: now }, now).base, now + 1n);
    assert.equal(restampedFrom({ ...course, newest: instantOfMillis(5_000) }, now).base, instantOfMillis(5_000) + 1n);
  });

  it('S5: pass, base and the newest time given are in the checkpoint', () => {
    const restamped = restampedFrom(course, now);
    const later = { ...block, times: [{ at: instantOfMillis(2_000), text: undefined }] };
    const checkpoint = advance(restamped, { ...step, blocks: [block, later] });
    assert.deepEqual([checkpoint.base, checkpoint.newest, checkpoint.pass], [now, instantOfMillis(2_000), 0]);
    assert.equal(advance(course, step).newest, null);
  });
});
