import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type LiveUpdate } from '../../query-api/live/live-update.js';
import { SentInOrder } from '../../query-api/live/sent-in-order.js';

const updateOf = (place: number): LiveUpdate => ({ cursor: { place } }) as unknown as LiveUpdate;

/** So many updates come, or a client reads what it was sent. */
const moves = fc.array(fc.oneof(fc.integer({ min: 0, max: 4 }), fc.constant('reads' as const)), { maxLength: 40 });

describe('updates that are sent in order', () => {
  it('Q4: come each once and in order, however the client holds them up', async () => {
    await fc.assert(
      fc.asyncProperty(moves, fc.infiniteStream(fc.boolean()), async (given, hasRoom) => {
        const sent: number[] = [];
        let came = 0;
        let read: (() => void) | undefined;
        const sending = new SentInOrder(
          ({ cursor }) => {
            assert.equal(read, undefined, 'nothing is sent to a client that is waited for');
            sent.push(cursor.place);
            return hasRoom.next().value === true ? undefined : new Promise<void>((resolve) => (read = resolve));
          },
          (error) => assert.fail(String(error)),
        );
        const reads = async (): Promise<void> => {
          const [resolve] = [read];
          read = undefined;
          resolve?.();
          await new Promise(setImmediate);
        };
        for (const move of given) {
          if (move === 'reads') await reads();
          else sending.take(Array.from({ length: move }, () => updateOf(came++)));
        }
        while (read) await reads();
        assert.deepEqual(
          sent,
          Array.from({ length: came }, (_, place) => place),
        );
      }),
      { numRuns: 200 },
    );
  });

  it('Q5: what waits can be told and dropped, and what is sent without waiting does not count', () => {
    const sent: number[] = [];
    const sending = new SentInOrder(
      ({ cursor }) => {
        sent.push(cursor.place);
        return cursor.place === 2 ? new Promise<void>(() => undefined) : undefined;
      },
      (error) => assert.fail(String(error)),
    );
    sending.take([updateOf(0), updateOf(1)]);
    assert.equal(sending.waiting, 0);
    sending.take([updateOf(2)]);
    sending.take([updateOf(3), updateOf(4)]);
    assert.deepEqual([sent, sending.waiting], [[0, 1, 2], 2]);
    sending.drop();
    assert.equal(sending.waiting, 0);
  });

  it('sends nothing more when one could not be sent, and tells why', () => {
    const [sent, told]: [number[], unknown[]] = [[], []];
    const failure = new Error('cannot be shown');
    const sending = new SentInOrder(
      ({ cursor }) => {
        if (cursor.place === 1) throw failure;
        sent.push(cursor.place);
        return undefined;
      },
      (error) => told.push(error),
    );
    sending.take([updateOf(0), updateOf(1), updateOf(2)]);
    sending.take([updateOf(3)]);
    assert.deepEqual([sent, told], [[0], [failure]]);
  });
});
