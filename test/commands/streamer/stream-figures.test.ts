import assert from 'node:assert/strict';
import { noFigures, withEvent } from '../../../commands/streamer/stream-figures.js';
import { type StreamerEvent } from '../../../commands/streamer/streamer-event.js';
import { type Lane } from '../../../domain/ids.js';

const after = (...events: readonly StreamerEvent[]) => events.reduce(withEvent, noFigures);
const reading = (path: string): StreamerEvent => ({ kind: 'reading', path, pass: 0, fromOffset: 0 });
const over = (path: string): StreamerEvent => ({ kind: 'source-over', path, outcome: 'done', message: '' });
const claimed: StreamerEvent = { kind: 'lane-claimed', lane: 3 as Lane };

describe('the figures of a streamer', () => {
  it('tell its lane until that is lost, and the sources that it reads now', () => {
    assert.deepEqual([...after(reading('a'), reading('b'), over('a'), reading('b')).reading], ['b']);
    assert.equal(after(claimed, { kind: 'fenced', path: 'a', by: 'source' }).lane, 3);
    assert.equal(after(claimed, { kind: 'fenced', path: 'a', by: 'lane' }).lane, undefined);
  });
});
