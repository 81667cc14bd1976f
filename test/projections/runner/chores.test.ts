import assert from 'node:assert/strict';
import { setImmediate as breathe } from 'node:timers/promises';
import { Chores } from '../../../projections/runner/chores.js';
import { never } from '../../support/never.js';

describe('chores', () => {
  it('P7: one after the other, and between two pieces whatever may not wait has its turn', async () => {
    const chores = new Chores();
    const told: string[] = [];
    let isOver = false;
    const chore = (name: string): Promise<void> => {
      let left = 3;
      return chores.add(() => {
        told.push(name);
        return --left > 0;
      }, never);
    };
    const others = async (): Promise<void> => {
      for (; !isOver; await breathe()) if (told.at(-1) !== 'other') told.push('other');
    };
    const watching = others();
    await Promise.all([chore('a'), chore('b')]);
    isOver = true;
    await watching;
    assert.deepEqual(
      told.filter((name) => name !== 'other'),
      ['a', 'a', 'a', 'b', 'b', 'b'],
    );
    assert.ok(!told.join(' ').includes('a a') && !told.join(' ').includes('b b'));
  });

  it('begins no piece when it is over, and goes on with the next chore', async () => {
    const chores = new Chores();
    const over = new AbortController();
    let pieces = 0;
    const first = chores.add(() => {
      pieces += 1;
      over.abort();
      return true;
    }, over.signal);
    let isDone = false;
    await Promise.all([first, chores.add(() => !(isDone = true), never)]);
    assert.deepEqual([pieces, isDone], [1, true]);
  });
});
