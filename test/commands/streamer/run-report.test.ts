import assert from 'node:assert/strict';
import { RunReport } from '../../../commands/streamer/run-report.js';
import { type StreamerEvent } from '../../../commands/streamer/streamer-event.js';

const reading = { kind: 'reading', path: 'a.csv' } as unknown as StreamerEvent;
const over = (outcome: 'done' | 'refused'): StreamerEvent => ({
  ...{ kind: 'source-over', path: 'a.csv', outcome, message: 'what was wrong' },
});

describe('what a run reports', () => {
  it('is handed on in turn', () => {
    const heard: string[] = [];
    const run = new RunReport([({ kind }) => heard.push(`1 ${kind}`), ({ kind }) => heard.push(`2 ${kind}`)]);
    run.report(reading);
    run.report(over('done'));
    assert.deepEqual(heard, ['1 reading', '2 reading', '1 source-over', '2 source-over']);
  });

  it('is kept where it tells of a source that was given up, and known to who is told of it', () => {
    const known: number[] = [];
    const run: RunReport = new RunReport([() => known.push(run.failed.length)]);
    run.report(over('done'));
    run.report(over('refused'));
    assert.deepEqual(known, [0, 1]);
    assert.deepEqual(
      run.failed.map(({ path, outcome }) => [path, outcome]),
      [['a.csv', 'refused']],
    );
  });

  it('tells when the first source is on its way', async () => {
    const run = new RunReport([]);
    let hasBegun = false;
    void run.hasBegun.then(() => (hasBegun = true));
    run.report(over('done'));
    await Promise.resolve();
    assert.equal(hasBegun, false);
    run.report(reading);
    await run.hasBegun;
    assert.equal(hasBegun, true);
  });
});
