import assert from 'node:assert/strict';
import { checkpointText } from '../../../commands/append/checkpoint-text.js';
import { settle, type Settlement } from '../../../commands/append/settle.js';
import { advance, firstCourse } from '../../../commands/append/source-course.js';
import { type Append, type AppendAnswer } from '../../../domain/append.js';
import { type ClusterId, type Lane, type Partition, type Sequence, type SourceId } from '../../../domain/ids.js';
import { type Revision } from '../../../domain/revision.js';
import { type StoreFailure } from '../../../domain/store-answer.js';

const mine = 100n as Revision;
const another = 200n as Revision;
const source = '0123456789abcdef0123456789abcdef' as SourceId;
const course = firstCourse({ source, cluster: 'c' as ClusterId, path: 'a.csv', log_id: 'l' }, { offset: 0, row: 1 });

const written = (claim: Revision, batch: number): string =>
  checkpointText(
    advance(course, { claim, batch, blocks: [], covered: undefined, deadLetters: 0, deadLetterBytes: 0, ends: false }),
  );

const segment = Buffer.from('batch 5 of claim 100');
const append: Append = {
  lane: 3 as Lane,
  claim: mine,
  batch: 5,
  source,
  prior: written(mine, 4),
  checkpoint: written(mine, 5),
  segments: [{ partition: 0 as Partition, sequence: 7 as Sequence, bytes: segment }],
  deadLetters: [],
};

type Refused = Extract<AppendAnswer, { kind: 'refused' }>;
const unchanged: Refused = { kind: 'refused', claim: mine, checkpoint: append.prior, segment: undefined };

const settled = (answer: AppendAnswer, wasFirst = true, of = append): Settlement =>
  settle(of, { answer: { kind: 'answered', value: answer }, wasFirst });

const refused = (seen: Partial<Refused>, wasFirst = true, of = append): Settlement =>
  settled({ ...unchanged, ...seen }, wasFirst, of);

const appliedEarlier = { kind: 'applied-earlier' };
const sendAgain = { kind: 'send-again' };
const fencedBy = (by: 'lane' | 'source' | 'place') => ({ kind: 'fenced', by });

describe('settling an append', () => {
  it('L3: a commit is applied, whether or not earlier appends were settled', () => {
    assert.deepEqual(settled({ kind: 'committed', revision: 9n as Revision }), { kind: 'applied' });
    assert.deepEqual(settled({ kind: 'committed', revision: 9n as Revision }, false), { kind: 'applied' });
  });

  it('L3: an error or a time-out of any kind is unknown, and sent again', () => {
    for (const kind of ['unreachable', 'slow', 'full', 'refused'] satisfies StoreFailure['kind'][]) {
      const answer = { kind: 'unknown', failure: { kind, message: '' } } as const;
      assert.deepEqual(settle(append, { answer, wasFirst: true }), sendAgain);
      assert.deepEqual(settle(append, { answer, wasFirst: false }), sendAgain);
    }
  });

  it('L3: applied earlier when the segment key holds my batch, whoever has lane and source by now', () => {
    for (const claim of [mine, another, undefined]) {
      for (const checkpoint of [append.prior, written(another, 0), undefined]) {
        for (const wasFirst of [true, false]) {
          assert.deepEqual(refused({ claim, checkpoint, segment }, wasFirst), appliedEarlier);
        }
      }
    }
  });

  it('L3: applied earlier when the checkpoint carries my claim and a batch not below mine', () => {
    for (const batch of [5, 6, 100]) {
      for (const claim of [mine, another, undefined]) {
        assert.deepEqual(refused({ claim, checkpoint: written(mine, batch) }), appliedEarlier);
        assert.deepEqual(refused({ claim, checkpoint: written(mine, batch) }, false), appliedEarlier);
      }
    }
  });

  it('L3: not applied earlier by a checkpoint of my claim below my batch, or of another claim above it', () => {
    assert.deepEqual(refused({ checkpoint: written(mine, 3) }), fencedBy('source'));
    assert.deepEqual(refused({ checkpoint: written(another, 9) }), fencedBy('source'));
  });

  it('L3: fenced when the lane is held by another or by nobody', () => {
    assert.deepEqual(refused({ claim: another }), fencedBy('lane'));
    assert.deepEqual(refused({ claim: undefined }), fencedBy('lane'));
    assert.deepEqual(refused({ claim: another, checkpoint: written(another, 1) }), fencedBy('lane'));
  });

  it('L3: fenced when the checkpoint is another’s, is gone, or is no checkpoint', () => {
    for (const checkpoint of [written(another, 0), undefined, 'nonsense', '{}']) {
      assert.deepEqual(refused({ checkpoint }), fencedBy('source'));
    }
  });

  it('L3: a first append is fenced by a checkpoint that is there', () => {
    const first = { ...append, prior: undefined };
    assert.deepEqual(refused({ checkpoint: written(another, 0) }, true, first), fencedBy('source'));
    assert.deepEqual(refused({ checkpoint: undefined }, true, first), fencedBy('place'));
  });

  it('L2: fenced when lane and checkpoint are mine but a place is taken: heads are read again', () => {
    assert.deepEqual(refused({ segment: Buffer.from('batch 4 of claim 100') }), fencedBy('place'));
    assert.deepEqual(refused({}), fencedBy('place'));
  });

  it('L3: refused while an earlier append is unsettled, it is sent again unchanged, whatever the reason seems to be', () => {
    const seen: Partial<Refused>[] = [
      {},
      { checkpoint: written(mine, 3) },
      { checkpoint: undefined },
      { checkpoint: written(another, 0) },
      { claim: another },
      { segment: Buffer.from('another batch') },
    ];
    for (const answer of seen) assert.deepEqual(refused(answer, false), sendAgain);
  });

  it('L3: an append without segments is known by its checkpoint alone', () => {
    const bare = { ...append, segments: [] };
    assert.deepEqual(refused({ checkpoint: append.checkpoint }, true, bare), appliedEarlier);
    assert.deepEqual(refused({ checkpoint: written(mine, 7) }, true, bare), appliedEarlier);
    assert.deepEqual(refused({ checkpoint: written(another, 7) }, true, bare), fencedBy('source'));
  });
});
