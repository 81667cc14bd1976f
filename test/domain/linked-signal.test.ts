import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { linkedTo } from '../../domain/linked-signal.js';
import { heldMemory } from '../support/memory.js';

describe('a signal that is linked to others', () => {
  it('aborts with the first that does, for its reason, and at once with one that has', () => {
    const [a, b] = [new AbortController(), new AbortController()];
    const linked = linkedTo(a.signal, b.signal);
    assert.equal(linked.signal.aborted, false);
    const reason = new Error('b is over');
    b.abort(reason);
    assert.equal(linked.signal.reason, reason);
    assert.equal(linkedTo(a.signal, b.signal).signal.reason, reason);
  });

  it('aborts when it is ended, and leaves nothing with what it was linked to', async () => {
    const lasting = new AbortController();
    const useOne = async (): Promise<void> => {
      const linked = linkedTo(lasting.signal);
      const waiting = pause(60_000, undefined, { signal: linked.signal }).catch(() => undefined);
      linked.end();
      await waiting;
      assert.equal(linked.signal.aborted, true);
    };
    for (let n = 0; n < 1_000; n++) await useOne();
    const before = heldMemory();
    for (let n = 0; n < 20_000; n++) await useOne();
    const grown = heldMemory() - before;
    assert(grown < 20_000 * 20, `${String(Math.round(grown / 20_000))} bytes more for each`);
  });
});
