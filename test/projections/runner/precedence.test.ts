import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { Precedence } from '../../../projections/runner/precedence.js';
import { never } from '../../support/never.js';

const idle = (): boolean => false;

/** A process that has worked ten milliseconds more whenever it is asked. */
const busy = (): (() => number) => {
  let ms = 0;
  return () => (ms += 10);
};

describe('precedence of what queries answer from', () => {
  /** Nine times the ten milliseconds that were worked before; a timer may be early by less than one. */
  const longMs = 89;
  /** Whether it goes on after one turn of the loop, as what waits for no timer does, however late that turn is. */
  const isShort = (precedence: Precedence, isBuild: boolean): Promise<boolean> =>
    Promise.race([
      precedence.rest(isBuild, never).then(() => true),
      turn()
        .then(() => turn())
        .then(() => false),
    ]);
  /** What queries answer from goes on at once, and what is built rests long. */
  const givesWay = async (precedence: Precedence): Promise<boolean> => {
    if (!(await isShort(precedence, false))) return false;
    const begun = performance.now();
    await precedence.rest(true, never);
    return performance.now() - begun >= longMs;
  };

  it('R1: what is built rests longer while something that queries answer from is behind', async () => {
    const precedence = new Precedence(idle, busy());
    const [one, two] = [precedence.begin(), precedence.begin()];
    assert.equal(await givesWay(precedence), true);
    one();
    one();
    assert.equal(precedence.behind, 1);
    assert.equal(await givesWay(precedence), true, 'the second is behind still');
    two();
    assert.equal(await isShort(precedence, true), true);
  });

  it('R1: what is built rests longer while another process catches up, too', async () => {
    let behind = true;
    const precedence = new Precedence(() => behind, busy());
    assert.equal(precedence.behind, 0);
    assert.equal(await givesWay(precedence), true);
    behind = false;
    assert.equal(await isShort(precedence, true), true);
  });

  it('R1: what is built takes turns, so that many builds do not make up for the rest of each', async () => {
    const precedence = new Precedence(() => true, busy());
    const begun = performance.now();
    await Promise.all(Array.from({ length: 8 }, () => precedence.rest(true, never)));
    assert.ok(performance.now() - begun >= 8 * longMs);
  });

  it('R1: others that are behind again and again, and never get there, do not hold up for ever what is built', async () => {
    let now = 0;
    let behind = true;
    const precedence = new Precedence(
      () => behind,
      () => 0,
      () => now,
    );
    const isHeldUp = async (): Promise<boolean> => {
      const end = new AbortController();
      const first = precedence.first(end.signal).then(() => 'begins');
      // A wait of none is over after one turn of the loop, any other lasts until it is told to end.
      const told = await Promise.race([first, precedence.rest(false, never).then(() => precedence.rest(false, never))]);
      end.abort();
      await first;
      return told !== 'begins';
    };
    for (let second = 0; second < 59; second++, now += 1_000) assert.equal(await isHeldUp(), true, String(second));
    for (let second = 0; second < 5; second++, now += 1_000) await isHeldUp();
    assert.equal(await isHeldUp(), false);
    behind = false;
    for (let second = 0; second < 30; second++, now += 1_000) assert.equal(await isHeldUp(), false);
    behind = true;
    assert.equal(await isHeldUp(), true);
  });

  it('R1: what is built is not begun while something is behind', async () => {
    const precedence = new Precedence(idle, busy());
    await precedence.first(never);
    const over = precedence.begin();
    const told: string[] = [];
    const waiting = precedence.first(never).then(() => told.push('the build begins'));
    await precedence.rest(false, never);
    told.push('the other is there');
    over();
    await waiting;
    assert.deepEqual(told, ['the other is there', 'the build begins']);
  });

  it('rests no longer when it is told to end, nor waits for its turn', async () => {
    let ms = 0;
    const precedence = new Precedence(
      () => true,
      () => (ms += 1e6),
    );
    const end = new AbortController();
    const resting = [precedence.rest(true, end.signal), precedence.rest(true, end.signal)];
    end.abort();
    await Promise.all(resting);
    await precedence.rest(true, end.signal);
  });
});
