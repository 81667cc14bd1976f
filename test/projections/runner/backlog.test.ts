import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { Backlog } from '../../../projections/runner/backlog.js';
import { never } from '../../support/never.js';

/** Whether a promise has settled after everything that could be done was done. */
const watch = (promise: Promise<unknown>) => {
  const state = { done: false };
  void promise.then(() => {
    state.done = true;
  });
  return async () => {
    await turn();
    return state.done;
  };
};

describe('the backlog of a partition', () => {
  it('P7: the reader waits while too many events are folded and not committed, and goes on after the commit', async () => {
    const backlog = new Backlog();
    backlog.add(300_000, 10);
    const commit = backlog.begin();
    assert.equal(await watch(backlog.room(never))(), true);
    backlog.add(200_000, 10);
    const waiting = watch(backlog.room(never));
    assert.equal(await waiting(), false, 'what is under way counts too');
    commit();
    assert.equal(await waiting(), true);
    assert.equal(backlog.segments, 1);
  });

  it('P7: the reader waits while too many bytes are', async () => {
    const backlog = new Backlog();
    for (let segment = 0; segment < 8; segment++) backlog.add(1, 1 << 20);
    const waiting = watch(backlog.room(never));
    assert.equal(await waiting(), false);
    backlog.begin()();
    assert.equal(await waiting(), true);
  });

  it('P7: the committer waits for something to commit, and not for what is under way', async () => {
    const backlog = new Backlog();
    backlog.add(1, 1);
    const commit = backlog.begin();
    const waiting = watch(backlog.filled(never));
    assert.equal(await waiting(), false);
    commit();
    assert.equal(await waiting(), false);
    backlog.add(1, 1);
    assert.equal(await waiting(), true);
  });

  it('waits no longer than its signal lets it', async () => {
    const backlog = new Backlog();
    backlog.add(1_000_000, 1);
    backlog.begin();
    const stop = new AbortController();
    const [room, filled] = [watch(backlog.room(stop.signal)), watch(backlog.filled(stop.signal))];
    assert.deepEqual([await room(), await filled()], [false, false]);
    stop.abort();
    assert.deepEqual([await room(), await filled()], [true, true]);
  });
});
