import assert from 'node:assert/strict';
import { TimeSlices, type Shown } from '../../query-api/slices/time-slices.js';
import { never } from '../support/never.js';
import { busyFor } from '../query-api/support/busy-for.js';

const items = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n);

const whole = async <Item>(shown: readonly Shown<Item>[]): Promise<readonly Item[]> => {
  const items: Item[] = [];
  for (const item of shown) items.push(await item);
  return items;
};

/** How many of the answers' slices had been made whenever others had their turn. */
const between = async (made: () => number, over: Promise<unknown>): Promise<ReadonlySet<number>> => {
  const [seen, ended] = [new Set<number>(), over.then(() => true)];
  for (;;) {
    const turn = new Promise<false>((resolve) => setImmediate(resolve, false));
    if (await Promise.race([turn, ended])) return seen;
    seen.add(made());
  }
};

describe('what is done in slices', () => {
  it('lets others have their turn while a long list is made, which is in order', async () => {
    let made = 0;
    const slices = new TimeSlices(never);
    const shown = await slices.each(items(120), (item) => {
      busyFor(1);
      made++;
      return `of ${String(item)}`;
    });
    const all = whole(shown).finally(() => slices.end());
    const seen = await between(() => made, all);
    assert.ok(seen.size > 5, `others had their turn after ${[...seen].join(', ')}`);
    assert.deepEqual(
      await all,
      items(120).map((item) => `of ${String(item)}`),
    );
  });

  it('has a short list made at once', () => {
    assert.deepEqual(
      new TimeSlices(never).each(items(100), (item) => item + 1),
      items(100).map((item) => item + 1),
    );
  });

  it('has long lists of a few works made at the same time, so that few are half made, and short ones of all', async () => {
    const [going, seen]: [Set<number>, number[]] = [new Set(), []];
    const work = async (name: number): Promise<void> => {
      const slices = new TimeSlices(never);
      const show = (): void => {
        going.add(name);
        seen.push(going.size);
      };
      await whole(await slices.each(items(120), show));
      await whole(await slices.each(items(120), show));
      going.delete(name);
      slices.end();
    };
    const works = items(20).map(work);
    assert.deepEqual(await new TimeSlices(never).each([7], (item) => item), [7]);
    await Promise.all(works);
    assert.deepEqual([seen.length, Math.max(...seen)], [20 * 240, 4]);
  });

  it('makes room when it is over, whatever came of it, and one that nobody wants any more needs none', async () => {
    for (let time = 0; time < 20; time++) {
      const gone = new AbortController();
      const slices = new TimeSlices(gone.signal);
      const list = slices.each(items(120), (item) => item);
      gone.abort(new Error('nobody is there'));
      await assert.rejects(async () => whole(await list), /nobody is there/);
      slices.end();
      slices.end();
      await assert.rejects(slices.hasPlace());
    }
    for (let time = 0; time < 20; time++) {
      const failed = new TimeSlices(never);
      failed.end();
      await assert.rejects(async () => whole(await failed.each(items(120), (item) => item)), /is over/);
    }
    const last = new TimeSlices(never);
    assert.equal((await whole(await last.each(items(120), (item) => item))).length, 120);
    last.end();
  });

  it('goes on beside others, each slice of which takes long, and a small one does not wait for a large one', async () => {
    const begun: string[] = [];
    const make = (name: string, count: number) =>
      Promise.all(
        items(count).map(async () => {
          await slices[name]!.next();
          begun.push(name);
          busyFor(6);
        }),
      );
    const slices: Readonly<Record<string, TimeSlices>> = { large: new TimeSlices(never), small: new TimeSlices(never) };
    const large = make('large', 40);
    await make('small', 3);
    assert.ok(begun.filter((name) => name === 'large').length <= 5, begun.join());
    await large;
    assert.equal(begun.length, 43);
  });

  it('goes on beside many others by what its slices take: of many short ones each does not wait for long ones of all', async () => {
    const slices = new TimeSlices(never);
    let long = 0;
    let over = false;
    const others = items(8).map(async () => {
      const other = new TimeSlices(never);
      while (!over && long < 400) {
        await other.next();
        long++;
        busyFor(6);
      }
    });
    for (let slice = 0; slice < 100; slice++) await slices.next();
    over = true;
    assert.ok(long < 100, `${String(long)} long slices beside a hundred short ones`);
    await Promise.all(others);
  });

  it('is over when nothing waits, what slices have asked for since included', async () => {
    const slices = new TimeSlices(never);
    let made = 0;
    const slice = async (deep: number): Promise<void> => {
      await slices.next();
      made++;
      if (deep > 0) await Promise.all([slice(deep - 1), slice(deep - 1)]);
    };
    void slice(6);
    await slices.over();
    assert.equal(made, 127);
  });

  it('is made no further when the client is gone', async () => {
    const gone = new AbortController();
    let made = 0;
    const slices = new TimeSlices(gone.signal);
    const shown = await slices.each(items(1_000), () => {
      if (++made === 10) gone.abort(new Error('nobody is there'));
    });
    const ended = shown.map((item) => assert.rejects(Promise.resolve(item), /nobody is there/));
    await Promise.all(ended.slice(10));
    assert.equal(made, 10);
    slices.end();
  });
});
