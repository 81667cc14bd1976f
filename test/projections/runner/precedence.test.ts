import assert from 'node:assert/strict';
import { Precedence } from '../../../projections/runner/precedence.js';
import { never } from '../../support/never.js';

const idle = (): boolean => false;

/** A process that has worked ten milliseconds more whenever it is asked. */
const busy = (): (() => number) => {
  let ms = 0;
  return () => (ms += 10);
};

describe('precedence of what queries answer from', () => {
  /** Who goes on first, of a build and of what queries answer from, that rest at the same time. */
  const order = async (precedence: Precedence): Promise<readonly string[]> => {
    const told: string[] = [];
    const rest = (isBuild: boolean) =>
      precedence.rest(isBuild, never).then(() => told.push(isBuild ? 'the build' : 'the other'));
    await Promise.all([rest(true), rest(false).then(() => rest(false))]);
    return told;
  };

  it('R1: what is built rests longer while something that queries answer from is behind', async () => {
    const precedence = new Precedence(idle, busy());
    const [one, two] = [precedence.begin(), precedence.begin()];
    assert.deepEqual(await order(precedence), ['the other', 'the other', 'the build']);
    one();
    one();
    assert.equal(precedence.behind, 1);
    assert.deepEqual(await order(precedence), ['the other', 'the other', 'the build'], 'the second is behind still');
    two();
    assert.equal((await order(precedence)).at(-1), 'the other');
  });

  it('R1: what is built rests longer while another process catches up, too', async () => {
    let behind = true;
    const precedence = new Precedence(() => behind, busy());
    assert.equal(precedence.behind, 0);
    assert.equal((await order(precedence)).at(-1), 'the build');
    behind = false;
    assert.equal((await order(precedence)).at(-1), 'the other');
  });

  it('R1: what is built takes turns, so that many builds do not make up for the rest of each', async () => {
    const precedence = new Precedence(() => true, busy());
    const begun = performance.now();
    await Promise.all(Array.from({ length: 8 }, () => precedence.rest(true, never)));
    // Nine times the ten milliseconds that were worked before each turn; a timer may be early by less than one.
    assert.ok(performance.now() - begun >= 8 * 89);
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
