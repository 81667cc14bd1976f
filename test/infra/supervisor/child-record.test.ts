import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  type ChildEvent,
  type ChildRecord,
  foldChild,
  initialRecord,
  pauseBeforeRestart,
  silentSeconds,
} from '../../../infra/supervisor/child-record.js';
import { failureOf, newsOf } from '../../../infra/supervisor/child-news.js';

const given = (record: ChildRecord, ...events: readonly ChildEvent[]): ChildRecord => events.reduce(foldChild, record);
const collector = initialRecord('collector', 'collector-1');
const streamer = initialRecord('streamer', 'streamer-1');

const started = (at: number): ChildEvent => ({ type: 'started', pid: 7, at });
const ready: ChildEvent = { type: 'ready', addresses: ['http://a'] };
const ended = (code: number | null, at: number): ChildEvent => ({ type: 'ended', end: { code }, at });
const crashed = (from: number, to: number): readonly ChildEvent[] => [
  { type: 'starting' },
  started(from),
  ended(null, to),
];

describe('the record of a supervised child', () => {
  it('runs when it says that it is ready', () => {
    const record = given(collector, { type: 'starting' }, started(1_000), ready);
    assert.deepEqual([record.state, record.pid, record.addresses, record.restarts], ['running', 7, ['http://a'], 0]);
  });

  it('pauses 0.1 s after the first crash, then twice as long each time, up to 2 s', () => {
    const pauses: number[] = [];
    let record = collector;
    for (let crash = 0; crash < 8; crash++) {
      record = given(record, ...crashed(0, 500));
      pauses.push(pauseBeforeRestart(record));
    }
    assert.deepEqual(pauses, [100, 200, 400, 800, 1_600, 2_000, 2_000, 2_000]);
    assert.equal(given(record, { type: 'starting' }).restarts, 8);
  });

  it('begins again with a short pause when it ran for 10 s', () => {
    const often = given(collector, ...crashed(0, 1), ...crashed(0, 1), ...crashed(0, 1), ...crashed(0, 1));
    assert.equal(pauseBeforeRestart(given(often, ...crashed(0, 9_999))), 1_600);
    assert.equal(pauseBeforeRestart(given(often, ...crashed(0, 10_000))), 100);
  });

  it('is over when a streamer has done its work, and not when another role ends by itself', () => {
    assert.equal(given(streamer, ...[started(0), ready, ended(0, 5)]).state, 'ended');
    assert.equal(given(collector, ...[started(0), ready, ended(0, 5)]).state, 'restarting');
    assert.equal(given(streamer, ...[started(0), ready, ended(1, 5)]).state, 'restarting');
  });

  it('that has waited is told of when it is ready, also when it has said since that it waits for nothing any more', () => {
    const says = (waiting: string | null): ChildEvent => ({ type: 'progress', details: { waiting } });
    const gateway = given(initialRecord('gateway', 'gateway-1'), { type: 'starting' }, started(0));
    const told = (record: ChildRecord) => newsOf(given(record, ready), record, ready);
    assert.equal(told(given(gateway, says('for a log'))), 'gateway-1 is ready at http://a');
    assert.equal(told(given(gateway, says('for a log'), says(null))), 'gateway-1 is ready at http://a');
    assert.equal(told(given(gateway, says(null))), undefined);
  });

  it('is not started again after bad usage', () => {
    const record = given(collector, started(0), ended(2, 5));
    assert.equal(record.state, 'failed');
    assert.equal(failureOf(record), 'collector-1 ended with exit code 2');
  });

  it('L9: is not started again when it has said so before its end', () => {
    const running = given(collector, started(0), ready, { type: 'final' });
    assert.equal(running.state, 'running');
    const end: ChildEvent = ended(1, 5);
    const over = given(running, end);
    assert.equal(over.state, 'failed');
    assert.equal(newsOf(over, running, end), 'collector-1 ended with exit code 1 and is not started again');
    assert.equal(given(collector, started(0), { type: 'final' }, { type: 'stopping' }, end).state, 'stopped');
  });

  it('says why nobody is to start it again, and a streamer of refused sources keeps no system from coming up', () => {
    const final: ChildEvent = { type: 'final', reasons: ['bad.csv: no column uuid', 'Mend it.'] };
    const end: ChildEvent = ended(1, 5);
    const running = given(streamer, started(0), ready, final);
    const over = given(running, end);
    assert.deepEqual([over.state, over.reasons], ['failed', ['bad.csv: no column uuid', 'Mend it.']]);
    const news = 'streamer-1 ended with exit code 1 and is not started again: bad.csv: no column uuid; Mend it';
    assert.equal(newsOf(over, running, end), news);
    assert.equal(failureOf(over), undefined, 'what else is streamed is streamed');
    const unready = given(streamer, started(0), final, end);
    assert.equal(failureOf(unready), 'streamer-1 ended with exit code 1: bad.csv: no column uuid; Mend it');
    assert.equal(failureOf(given(collector, started(0), ready, { type: 'final' }, end)) === undefined, false);
  });

  it('has no figures of a former life', () => {
    const progress: ChildEvent = { type: 'progress', details: { partitions: [1], events: 5 } };
    const running = given(collector, started(0), ready, progress);
    const crash = given(running, ended(1, 5));
    assert.deepEqual([running.details, crash.details], [{ partitions: [1], events: 5 }, {}]);
    const late = given(crash, progress, { type: 'starting' });
    assert.deepEqual(late.details, {}, 'nor one that was heard between');
    const finished = given(streamer, started(0), ready, progress, ended(0, 5));
    assert.deepEqual(finished.details, { partitions: [1], events: 5 }, 'what was done in a life that is over counts');
  });

  it('is silent when nothing was heard for 5 s while it runs, once it was heard at all', () => {
    const heard = (at: number): ChildEvent => ({ type: 'heard', at });
    const running = given(collector, { type: 'starting' }, started(0), heard(1_000), ready, heard(2_000));
    assert.equal(silentSeconds(running, 6_999), undefined);
    assert.equal(silentSeconds(running, 7_000), 5);
    assert.equal(silentSeconds(running, 62_500), 60);
    assert.equal(silentSeconds(given(running, heard(62_000)), 62_500), undefined);
    assert.equal(silentSeconds(given(running, ended(1, 5)), 62_500), undefined, 'it does not run');
    const again = given(running, ended(1, 5), { type: 'starting' }, started(9), ready);
    assert.equal(silentSeconds(again, 62_500), undefined, 'not of the one before');
    assert.equal(silentSeconds(given(initialRecord('etcd', 'etcd-1'), started(0), ready), 62_500), undefined);
  });

  it('stops from wherever it is', () => {
    const stop: ChildEvent = { type: 'stopping' };
    assert.equal(given(collector, started(0), ready, stop).state, 'stopping');
    assert.equal(given(collector, started(0), ready, stop, ended(0, 5)).state, 'stopped');
    assert.equal(given(collector, ...crashed(0, 1), stop).state, 'stopped');
    assert.equal(given(streamer, started(0), ready, ended(0, 5), stop).state, 'ended');
    assert.equal(given(collector, started(0), stop, ready).state, 'stopping');
  });

  it('gives a start up after five crashes, and at once when it could not be started, but nothing that once ran', () => {
    const four = [0, 1, 2, 3].flatMap(() => crashed(0, 1));
    assert.equal(failureOf(given(collector, ...four)), undefined);
    assert.equal(failureOf(given(collector, ...four, ...crashed(0, 1))), 'collector-1 ended with exit code null');
    const unstartable: ChildEvent = { type: 'ended', end: { code: null, reason: 'port 1 is taken' }, at: 0 };
    assert.equal(failureOf(given(collector, unstartable)), 'collector-1 could not be started: port 1 is taken');
    assert.equal(failureOf(given(collector, started(0), ready, ...four, ...crashed(0, 1))), undefined);
    const wrong = given(collector, started(0), ready, ended(2, 5));
    assert.equal(failureOf(wrong), 'collector-1 ended with exit code 2', 'nothing is to be hoped of that');
  });

  it('tells of crashes and of coming back, not of being stopped', () => {
    const running = given(collector, { type: 'starting' }, started(0), ready);
    const crash: ChildEvent = { type: 'ended', end: { code: null, signal: 'SIGKILL' }, at: 5 };
    const down = given(running, crash);
    assert.equal(newsOf(down, running, crash), 'collector-1 was ended by SIGKILL; it is started again');
    const again = given(down, { type: 'starting' }, started(10));
    assert.equal(newsOf(given(again, ready), again, ready), 'collector-1 is back (process 7, restart 1)');
    const stopping = given(running, { type: 'stopping' });
    assert.equal(newsOf(given(stopping, crash), stopping, crash), undefined);
  });

  it('tells of each source that a streamer has given up, once, though it goes on with others', () => {
    const progress = (...messages: readonly string[]): ChildEvent => ({
      ...{ type: 'progress', details: { rows: 1, failed_sources: messages.map((message) => ({ message })) } },
    });
    const running = given(streamer, { type: 'starting' }, started(0), ready);
    const one = progress('a.csv: no column uuid');
    const once = given(running, one);
    assert.equal(newsOf(once, running, one), 'streamer-1 has given up a source: a.csv: no column uuid');
    assert.equal(newsOf(given(once, one), once, one), undefined);
    const two = progress('a.csv: no column uuid', 'b.csv: broken');
    assert.equal(newsOf(given(once, two), once, two), 'streamer-1 has given up a source: b.csv: broken');
    const more: ChildEvent = { type: 'progress', details: { ...once.details, failed_sources_in_all: 900 } };
    assert.equal(newsOf(given(once, more), once, more), undefined, 'thousands of files are only counted');
    const other: ChildEvent = { type: 'progress', details: { failed_sources: 'lying' } };
    assert.equal(newsOf(given(running, other), running, other), undefined);
  });

  it('never pauses longer than 2 s, whatever happens', () => {
    const event = fc.oneof(
      fc.constant<ChildEvent>({ type: 'starting' }),
      fc.nat(100_000).map(started),
      fc.constant(ready),
      fc.constant<ChildEvent>({ type: 'final' }),
      fc.tuple(fc.constantFrom(0, 1, 2, null), fc.nat(100_000)).map(([code, at]) => ended(code, at)),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 100 }), (events) => {
        const record = given(collector, ...events, ended(1, 0));
        assert.ok(pauseBeforeRestart(record) >= 100 && pauseBeforeRestart(record) <= 2_000);
      }),
    );
  });
});
