import assert from 'node:assert/strict';
import { pauseBySlices } from '../../../commands/append/pause.js';
import { never } from '../../support/never.js';

describe('waiting by a timer that has a limit', () => {
  const daysInMs = (days: number): number => days * 86_400_000;

  it('S5: waits sixty days in slices that a timer keeps', async () => {
    const slices: number[] = [];
    await pauseBySlices(async (ms) => void slices.push(ms))(daysInMs(60), never);
    assert.ok(slices.length === 3 && slices.every((ms) => ms < 2 ** 31), slices.join(' '));
    assert.equal(
      slices.reduce((sum, ms) => sum + ms, 0),
      daysInMs(60),
    );
  });

  it('ends with its signal, before the first slice too', async () => {
    const stopped = AbortSignal.abort(new Error('stopped'));
    await assert.rejects(pauseBySlices(async () => undefined)(0, stopped), /stopped/);
  });
});
