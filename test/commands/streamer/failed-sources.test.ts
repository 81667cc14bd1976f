import assert from 'node:assert/strict';
import { failureFigures, reasonsToGiveUp, withFailure } from '../../../commands/streamer/failed-sources.js';
import { type SourceOutcome } from '../../../commands/streamer/source-outcome.js';
import { type StreamerEvent } from '../../../commands/streamer/streamer-event.js';

const over = (path: string, outcome: SourceOutcome['kind'], message = ''): StreamerEvent => ({
  ...{ kind: 'source-over', path, outcome, message },
});
const failures = (...events: readonly StreamerEvent[]) => events.reduce(withFailure, []);
const streamed = (...kinds: readonly SourceOutcome['kind'][]) =>
  kinds.map((kind, index) => ({ path: `${String(index)}.csv`, outcome: { kind, message: '' } }));

const refused = over('a.csv', 'refused', 'a.csv: no column uuid');
const advice =
  'once it is mended, streamers that are started then read it (telemetry scale streamer=N, or telemetry down and up)';

describe('the sources that a streamer gives up', () => {
  it('are those that another try would end in the same way', () => {
    const kinds = ['refused', 'too-many-dead-letters', 'no-place', 'broken'] as const;
    const others = ['done', 'nothing-new', 'no-rows', 'stopped'] as const;
    const failed = failures(...[...kinds, ...others].map((kind) => over(kind, kind)));
    assert.deepEqual(
      failed.map(({ outcome }) => outcome),
      kinds,
    );
    assert.equal(failed[3]!.message, 'broken: the rest cannot be read', 'it says which, where nothing else was said');
  });

  it('are named in the status, the first ones of many', () => {
    assert.deepEqual(failureFigures([]), {});
    const many = failures(refused, ...Array.from({ length: 11 }, (_, index) => over(String(index), 'broken')));
    const { failed_sources, failed_sources_in_all } = failureFigures(many);
    assert.deepEqual((failed_sources as unknown[])[0], {
      ...{ path: 'a.csv', outcome: 'refused', message: 'a.csv: no column uuid' },
    });
    assert.deepEqual([(failed_sources as unknown[]).length, failed_sources_in_all], [10, 12]);
    assert.deepEqual(reasonsToGiveUp(many, streamed('refused'))?.slice(10, 11), ['and 2 more']);
  });

  it('are the reason not to be started again when nothing is left to stream', () => {
    const failed = failures(refused);
    assert.deepEqual(reasonsToGiveUp(failed, streamed('refused', 'done')), ['a.csv: no column uuid', advice]);
    assert.equal(reasonsToGiveUp(failed, streamed('refused', 'stopped')), undefined);
    assert.equal(reasonsToGiveUp([], streamed('done')), undefined);
  });
});
