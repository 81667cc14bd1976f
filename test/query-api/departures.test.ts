import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Departures } from '../../query-api/ws/departures.js';
import { heldMemory } from '../support/memory.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('departures', () => {
  it('Q4: each leaves once for each time that it was added, in that order, however long that takes', async () => {
    const moves = fc.array(fc.oneof(fc.integer({ min: 0, max: 40 }), fc.constant('turn' as const)), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(moves, async (given) => {
        const [departures, left] = [new Departures(), [] as number[]];
        let came = 0;
        for (const move of given) {
          if (move === 'turn') await turn();
          else
            for (let n = 0; n < move; n++) {
              const name = came++;
              departures.add({
                leave: () => {
                  left.push(name);
                  for (const until = performance.now() + 0.2; performance.now() < until;);
                },
              });
            }
        }
        while (left.length < came) await turn();
        assert.deepEqual(
          left,
          Array.from({ length: came }, (_, name) => name),
        );
      }),
      { numRuns: 20 },
    );
  });

  it('Q5: nothing of what has left is held, though there is always something that waits', async () => {
    const departures = new Departures();
    let [isOver, left] = [false, 0];
    /** Such as a socket: what it has sent is held as long as it is. */
    const add = (): void => {
      const sent = new Array<number>(1_000).fill(0.5);
      departures.add({
        leave: () => {
          left += sent.length;
          if (!isOver) add();
        },
      });
    };
    for (let n = 0; n < 32; n++) add();
    const before = heldMemory();
    while (left < 20_000_000) await turn();
    const more = heldMemory() - before;
    isOver = true;
    await turn();
    assert.ok(more < 20_000_000, `${String(more)} bytes more are held`);
  });
});
