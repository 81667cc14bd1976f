import assert from 'node:assert/strict';
import { type Lane, type Partition, type Sequence } from '../../../domain/ids.js';
import { type Instant } from '../../../domain/instant.js';
import { type Revision } from '../../../domain/revision.js';
import { type TrimHorizons } from '../../../domain/trim-horizon.js';
import { Audit } from '../../../commands/verify/audit.js';
import { entryAt, header, sourceId } from './log-fixture.js';

/** A sound log of two batches: one of two segments, then one of a single segment. */
const sound = () => {
  const audit = new Audit();
  audit.add(entryAt(10, 0, 0), header({ part: 0, parts: 2 }));
  audit.add(entryAt(10, 3, 0), header({ part: 1, parts: 2 }));
  audit.add(entryAt(11, 0, 1), header({ batch: 1, from: 100, to: 200 }));
  return audit;
};

describe('the audit of a log', () => {
  it('counts what a sound log holds and finds nothing', () => {
    const { segments, events, sources, faults } = sound().report;
    assert.deepEqual({ segments, events, faults }, { segments: 3, events: 30, faults: [] });
    assert.deepEqual(sources.get(sourceId), { events: 30, oneEventPerRow: true });
  });

  it('L2: a gap in a sequence is found, once', () => {
    const audit = sound();
    audit.add(entryAt(12, 0, 3), header({ batch: 2, from: 200, to: 300 }));
    audit.add(entryAt(13, 0, 4), header({ batch: 3, from: 300, to: 400 }));
    assert.deepEqual(audit.report.faults, ['log/0/0/3: sequence 3 stands where 2 should']);
  });

  /** Lane 0 begins at its eighth segment. */
  const cut = (trimmed: TrimHorizons) => {
    const audit = new Audit(trimmed);
    audit.add(entryAt(10, 0, 7, 0), header());
    audit.add(entryAt(11, 0, 0, 1), header({ batch: 1, from: 100, to: 200 }));
    audit.add(entryAt(12, 0, 8, 0), header({ batch: 2, from: 200, to: 300 }));
    return audit.report.faults;
  };

  it('L2: lanes and partitions count for themselves, and a trimmed log begins where it was trimmed', () => {
    const lanes = [{ lane: 0 as Lane, first: 7 as Sequence }];
    const dropped = { segments: 7, events: 70, bytes: 700, appended_before: 0n as Instant };
    assert.deepEqual(cut(new Map([[0 as Partition, { from: 10n as Revision, lanes, ...dropped }]])), []);
  });

  it('L2: the loss of the first segments of a lane is found', () => {
    assert.deepEqual(cut(new Map()), ['log/0/0/7: sequence 7 stands where 0 should']);
  });

  it('L2: a missing segment of a batch is found, in the middle and at the end', () => {
    const middle = new Audit();
    middle.add(entryAt(10, 0, 0), header({ parts: 2 }));
    middle.add(entryAt(11, 0, 1), header({ batch: 1, from: 100, to: 200 }));
    const end = new Audit();
    end.add(entryAt(10, 0, 0), header({ parts: 3 }));
    end.add(entryAt(10, 1, 0), header({ part: 2, parts: 3 }));
    assert.match(middle.report.faults.join(), /^log\/0\/0\/0: its batch has 2 segments and 1 of them are in the log$/);
    assert.match(end.report.faults.join(), /has 3 segments and 2 of them/);
  });

  it('L3: a stretch of a source that was appended twice is found', () => {
    const audit = sound();
    audit.add(entryAt(12, 0, 2), header({ batch: 2, from: 150, to: 300 }));
    assert.match(audit.report.faults.join(), /bytes 150 to 200 of source a+ were appended before/);
  });

  it('S5: a later pass may cover the same stretch', () => {
    const audit = sound();
    audit.add(entryAt(12, 0, 2), header({ batch: 2, pass: 1 }));
    assert.deepEqual(audit.report.faults, []);
  });

  it('L2: strangers in a batch and doubled parts are found', () => {
    const audit = new Audit();
    audit.add(entryAt(10, 0, 0), header({ parts: 2 }));
    audit.add(entryAt(10, 1, 0), header({ parts: 2 }));
    audit.add(entryAt(11, 0, 1), header({ batch: 1, from: 100, to: 200, parts: 2 }));
    audit.add(entryAt(11, 1, 1), header({ batch: 2, from: 100, to: 200, parts: 2, part: 1 }));
    assert.match(audit.report.faults[0]!, /part 0 of its batch stands there twice/);
    assert.match(audit.report.faults[2]!, /names another batch/);
  });

  it('L6: a segment that cannot be read is named, and its place still counts', () => {
    const audit = sound();
    audit.unreadable(entryAt(12, 0, 2), 'its checksum is wrong');
    audit.add(entryAt(13, 0, 3), header({ batch: 3, from: 300, to: 400 }));
    assert.deepEqual(audit.report.faults, ['log/0/0/2: its checksum is wrong']);
  });

  it('names at most a hundred faults', () => {
    const audit = new Audit();
    for (let at = 0; at < 300; at++) audit.unreadable(entryAt(at + 1, 0, at), 'bad');
    assert.equal(audit.report.faults.length, 100);
  });
});
