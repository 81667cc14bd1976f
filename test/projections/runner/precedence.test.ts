import assert from 'node:assert/strict';
import { Precedence } from '../../../projections/runner/precedence.js';

describe('precedence of what queries answer from', () => {
  /** Who goes on first, of a build and of what queries answer from, that rest at the same time. */
  const order = async (precedence: Precedence): Promise<readonly string[]> => {
    const told: string[] = [];
    const rest = (isBuild: boolean) =>
      precedence
        .rest(10, isBuild, new AbortController().signal)
        .then(() => told.push(isBuild ? 'the build' : 'the other'));
    await Promise.all([rest(true), rest(false)]);
    return told;
  };

  it('R1: what is built rests longer while something that queries answer from is behind', async () => {
    const precedence = new Precedence();
    const [one, two] = [precedence.begin(), precedence.begin()];
    assert.deepEqual(await order(precedence), ['the other', 'the build']);
    one();
    one();
    assert.deepEqual(await order(precedence), ['the other', 'the build'], 'the second is behind still');
    two();
    assert.deepEqual(await order(precedence), ['the build', 'the other']);
  });
});
