import assert from 'node:assert/strict';
import { Pieces, type Shown } from '../../domain/pieces.js';
import { never } from '../support/never.js';
import { busyFor } from '../query-api/support/busy-for.js';

const items = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n);

const whole = async <Item>(shown: readonly Shown<Item>[]): Promise<readonly Item[]> => {
  const items: Item[] = [];
  for (const item of shown) items.push(await item);
  return items;
};

/** How many of the answers' pieces had been made whenever others had their turn. */
const between = async (made: () => number, over: Promise<unknown>): Promise<ReadonlySet<number>> => {
  const [seen, ended] = [new Set<number>(), over.then(() => true)];
  for (;;) {
    const turn = new Promise<false>((resolve) => setImmediate(resolve, false));
    if (await Promise.race([turn, ended])) return seen;
    seen.add(made());
  }
};

describe('what is done in pieces', () => {
  it('lets others have their turn while a long list is made, which is in order', async () => {
    let made = 0;
    const shown = new Pieces(never).each(items(120), (item) => {
      busyFor(1);
      made++;
      return `of ${String(item)}`;
    });
    const all = whole(shown);
    const seen = await between(() => made, all);
    assert.ok(seen.size > 5, `others had their turn after ${[...seen].join(', ')}`);
    assert.deepEqual(
      await all,
      items(120).map((item) => `of ${String(item)}`),
    );
  });

  it('has a short list made at once', () => {
    assert.deepEqual(
      new Pieces(never).each(items(100), (item) => item + 1),
      items(100).map((item) => item + 1),
    );
  });

  it('goes on beside others, each piece of which takes long, and a small one does not wait for a large one', async () => {
    const begun: string[] = [];
    const make = (name: string, count: number) =>
      Promise.all(
        items(count).map(async () => {
          await pieces[name]!.next();
          begun.push(name);
          busyFor(6);
        }),
      );
    const pieces: Readonly<Record<string, Pieces>> = { large: new Pieces(never), small: new Pieces(never) };
    const large = make('large', 40);
    await make('small', 3);
    assert.ok(begun.filter((name) => name === 'large').length <= 5, begun.join());
    await large;
    assert.equal(begun.length, 43);
  });

  it('is over when nothing waits, what pieces have asked for since included', async () => {
    const pieces = new Pieces(never);
    let made = 0;
    const piece = async (deep: number): Promise<void> => {
      await pieces.next();
      made++;
      if (deep > 0) await Promise.all([piece(deep - 1), piece(deep - 1)]);
    };
    void piece(6);
    await pieces.over();
    assert.equal(made, 127);
  });

  it('is made no further when the client is gone', async () => {
    const gone = new AbortController();
    let made = 0;
    const shown = new Pieces(gone.signal).each(items(1_000), () => {
      if (++made === 10) gone.abort(new Error('nobody is there'));
    });
    const ended = shown.map((item) => assert.rejects(Promise.resolve(item), /nobody is there/));
    await Promise.all(ended.slice(10));
    assert.equal(made, 10);
  });
});
