import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { withTimeLimit } from '../../domain/time-limit.js';
import { never } from '../support/never.js';

const aborted = (signal: AbortSignal): Promise<unknown> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(signal.reason);
    signal.addEventListener('abort', () => resolve(signal.reason), { once: true });
  });

describe('work under a time limit', () => {
  it('is over in time whatever the garbage collector does', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const collecting = setInterval(collect, 5);
    try {
      const why = await withTimeLimit(never, 60, aborted);
      assert.match(String(why), /60 ms/);
    } finally {
      clearInterval(collecting);
    }
  });

  it('is over with the other signal, and lets go of it at its end', async () => {
    const outer = new AbortController();
    const limits: AbortSignal[] = [];
    const done = await withTimeLimit(outer.signal, 60_000, (limit) => {
      limits.push(limit);
      return Promise.resolve('done');
    });
    assert.equal(done, 'done');
    const waiting = withTimeLimit(outer.signal, 60_000, aborted);
    outer.abort(new Error('enough'));
    assert.match(String(await waiting), /enough/);
    assert.equal(limits[0]!.aborted, false);
    assert.match(String(await withTimeLimit(outer.signal, 60_000, aborted)), /enough/);
  });
});
