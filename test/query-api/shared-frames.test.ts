import assert from 'node:assert/strict';
import fc from 'fast-check';
import { SharedFrames } from '../../query-api/ws/shared-frames.js';

describe('frames that are shared', () => {
  it('Q4: are of the subject and the head that were asked for, whatever was asked for before', () => {
    const asked = fc.tuple(fc.integer({ min: 0, max: 3 }), fc.constantFrom('', '1', '2'));
    fc.assert(
      fc.property(fc.array(asked), (given) => {
        const subjects = Array.from({ length: 4 }, () => ({}));
        const frames = new SharedFrames();
        for (const [n, head] of given) {
          const text = `${head} ${String(n)}`;
          assert.equal(frames.frame(subjects[n]!, head, () => Buffer.from(text)).toString(), text);
        }
      }),
    );
  });

  it('are made once for all who begin with the same', () => {
    const [subject, frames] = [{}, new SharedFrames()];
    const first = frames.frame(subject, 'a', () => Buffer.from('made'));
    assert.equal(
      frames.frame(subject, 'a', () => assert.fail('it has been made')),
      first,
    );
  });
});
