import assert from 'node:assert/strict';
import { Places } from '../../query-api/slices/places.js';

describe('places', () => {
  it('are held by so many at a time and no more, in the order in which they came, whatever comes of it', async () => {
    const places = new Places(3);
    const [begun, going]: [number[], Set<number>] = [[], new Set()];
    const works = Array.from({ length: 10 }, (_, name) =>
      places.hold(async () => {
        begun.push(name);
        going.add(name);
        assert.ok(going.size <= 3);
        await new Promise((resolve) => setImmediate(resolve));
        going.delete(name);
        if (name % 2 === 1) throw new Error(`of ${String(name)}`);
        return name;
      }),
    );
    const ended = await Promise.allSettled(works);
    assert.deepEqual(begun, [...ended.keys()]);
    assert.deepEqual(
      ended.map((one) => (one.status === 'fulfilled' ? one.value : (one.reason as Error).message)),
      [0, 'of 1', 2, 'of 3', 4, 'of 5', 6, 'of 7', 8, 'of 9'],
    );
  });

  it('are given back once', async () => {
    const places = new Places(1);
    const giveBack = await places.take();
    giveBack();
    giveBack();
    await places.take();
    let isTaken = false;
    void places.take().then(() => (isTaken = true));
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(isTaken, false);
  });
});
