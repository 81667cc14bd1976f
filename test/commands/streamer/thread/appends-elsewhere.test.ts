import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { type Tail } from '../../../../commands/append/plan-appends.js';
import { firstCourse } from '../../../../commands/append/source-course.js';
import { openSource } from '../../../../commands/source/open-source.js';
import { type IdentifiedSource } from '../../../../commands/source/source.js';
import {
  type AppendsBegun,
  type AppendsStart,
  type Elsewhere,
  type MadeAppend,
  firstTail,
  makeAppends,
  type Making,
  type ReadFrom,
} from '../../../../commands/streamer/make-appends.js';
import { type DeadLetterAmount } from '../../../../commands/streamer/dead-letter-limits.js';
import { type ThreadRequest } from '../../../../commands/streamer/thread/appends-request.js';
import { AppendsServer } from '../../../../commands/streamer/thread/appends-server.js';
import { type Channel } from '../../../../commands/streamer/thread/channel.js';
import { ReadingThread } from '../../../../commands/streamer/thread/reading-thread.js';
import { rangeBytesOf } from '../../../../commands/streamer/split-source.js';
import { type ClusterId, type Lane, type Sequence } from '../../../../domain/ids.js';
import { instantOfMillis } from '../../../../domain/instant.js';
import { type Revision } from '../../../../domain/revision.js';
import { segmentEncoder } from '../../../../domain/segment/encode.js';
import { type OpenText, type SourceText, type TextStep } from '../../../../domain/source-text.js';
import { never } from '../../../support/never.js';
import { longHeader, longRow, memoryText } from '../../../support/source-texts.js';
import { channelPair } from './channel-pair.js';

const partitions = 4;
const cluster = 'c' as ClusterId;
const fromBeginning: ReadFrom = { from: undefined, sameAs: undefined };

const making: Making = {
  partitions,
  batch: { rows: 40, ms: 60_000 },
  deadLetters: { count: 1_000, bytes: 1e6 },
  speed: 'max',
  restamp: false,
  encode: segmentEncoder(),
  now: () => instantOfMillis(0),
  clock: () => 0,
  pause: () => assert.fail('nothing is waited for'),
};

/** Rows by their values; those that are no number are refused. */
const textOf = (values: readonly string[]): Buffer =>
  Buffer.from(
    [longHeader, ...values.map((value, at) => longRow({ value, hostname: `h${String(at % 9)}` }))].join('\n'),
  );

type Files = ReadonlyMap<string, Buffer>;

const openIn = (files: Files) => async (path: string) =>
  path === 'pipe' ? undefined : openSource(memoryText(files.get(path)!, 3_000, { kind: 'end' }, true), cluster, never);

const identified = async (files: Files, path = 'a.csv'): Promise<IdentifiedSource> => {
  const opening = await openIn(files)(path);
  assert.ok(opening?.kind === 'identified');
  return { ...opening, place: { path, opening: {}, range: undefined } };
};

const tailOf = ({ id, columns, start }: IdentifiedSource): Tail => ({
  lane: 2 as Lane,
  claim: 77n as Revision,
  batch: 5,
  heads: [3, 0, 9, 1] as Sequence[],
  course: firstCourse({ source: id, cluster, path: 'memory', log_id: 'log', columns }, start),
  prior: undefined,
});

/** A thread, but for its being one: what is said goes through the same copies. */
const threadOf = (files: Files, deadLetters: DeadLetterAmount = making.deadLetters) => {
  const server = new AppendsServer({ ...making, encode: segmentEncoder, deadLetters, open: openIn(files) });
  const served: Promise<void>[] = [];
  const ask = (request: ThreadRequest): Channel => {
    const [here, there] = channelPair();
    if (request.kind !== 'ahead') served.push(server.serve(structuredClone(request), there));
    return here;
  };
  const thread = new ReadingThread(ask, () => 1);
  const open: ReadingThread['open'] = (...file) => thread.open(...file);
  return { server, served, elsewhere: thread.appends, open };
};

const begun = (start: AppendsStart | undefined): AppendsBegun =>
  start?.kind === 'begun' ? start : assert.fail(start?.kind ?? 'not elsewhere');

const all = async (start: AppendsBegun): Promise<readonly MadeAppend[]> => {
  const made: MadeAppend[] = [];
  for await (const one of start.appends()) made.push(one);
  return made;
};

const madeHere = async (files: Files, more: Partial<Making> = {}) => {
  const source = await identified(files);
  const tail = tailOf(source);
  const settings = { ...making, ...more };
  return all(begun(await makeAppends(source, fromBeginning, tail.course, firstTail(tail), settings, never)));
};

describe('appends made in another thread', () => {
  /** Several blocks, each an append. */
  const values = Array.from({ length: 8_000 }, (_, at) => (at % 900 === 3 ? 'none' : String(at)));
  const files: Files = new Map([['a.csv', textOf(values)]]);

  it('S1: are those that would be made in this one, byte for byte, whatever the rows', async () => {
    const value = fc.oneof({ weight: 9, arbitrary: fc.integer().map(String) }, fc.constantFrom('', 'x', '1e5', '"'));
    await fc.assert(
      fc.asyncProperty(fc.array(value, { minLength: 1, maxLength: 150 }), async (rows) => {
        const one: Files = new Map([['a.csv', textOf(rows)]]);
        const source = await identified(one);
        const { elsewhere } = threadOf(one);
        const there = await all(begun(await elsewhere(source, fromBeginning, tailOf(source), making, never)));
        assert.deepEqual(there, await madeHere(one));
      }),
      { numRuns: 50 },
    );
  });

  it('are the same when the file was read ahead, and when another was', async () => {
    for (const path of ['a.csv', 'b.csv', 'gone.csv']) {
      const two: Files = new Map([...files, ['b.csv', textOf(['1', '2'])]]);
      const source = await identified(two);
      const { server, elsewhere } = threadOf(two);
      await server.readAhead({ kind: 'ahead', path, splitAbove: 1e7, partitions });
      const there = await all(begun(await elsewhere(source, fromBeginning, tailOf(source), making, never)));
      assert.deepEqual(there, await madeHere(two), path);
    }
  });

  it('go on from a checkpoint, also when the beginning was read ahead', async () => {
    const source = await identified(files);
    const [first] = await madeHere(files);
    const after = first?.kind === 'append' ? first.planned.after : assert.fail();
    const checkpoint = { ...after.course, claim: 77n as Revision, batch: 5 };
    const { server, elsewhere } = threadOf(files);
    await server.readAhead({ kind: 'ahead', path: 'a.csv', splitAbove: 1e7, partitions });
    const rest = await all(
      begun(await elsewhere(source, { from: checkpoint, sameAs: undefined }, after, making, never)),
    );
    const next = rest[0]?.kind === 'append' ? rest[0].planned : assert.fail();
    assert.equal(next.append.prior, after.prior);
    const rows = rest.map((one) => (one.kind === 'append' ? one.planned.covers.rows : 0));
    assert.equal(
      rows.reduce((sum, count) => sum + count, after.course.rows),
      values.length,
    );
  });

  it('S4: are of a range where a file is read by ranges, also of those that were read ahead and of those that were not', async () => {
    const source = await identified(files);
    const found = await source.ranged!.find(180_000, () => undefined, never);
    assert.ok('ranges' in found && found.ranges.length > 4);
    const plan = { kind: 'split', source: source.id, cluster, path: 'memory', log_id: 'log', ...found } as const;
    const deadLetters = { ...making.deadLetters, countInFile: async () => ({ count: 3, bytes: 99 }) };
    const limited = { ...making, deadLetters };
    const made = async (elsewhere: Elsewhere | undefined, index: number): Promise<readonly MadeAppend[]> => {
      const range = { ...source.ranged!.at(plan, index), place: { ...source.place!, range: { plan, index } } };
      const tail = tailOf(range);
      const there = elsewhere?.(range, fromBeginning, tail, limited, never);
      return all(
        begun(await (there ?? makeAppends(range, fromBeginning, tail.course, firstTail(tail), limited, never))),
      );
    };
    for (const order of [
      [0, 1, 2, 3, 4],
      [0, 2, 4, 1, 3],
    ]) {
      const { elsewhere } = threadOf(files);
      let rows = 0;
      for (const index of order) {
        const there = await made(elsewhere, index);
        assert.deepEqual(there, await made(undefined, index));
        for (const one of there) if (one.kind === 'append') rows += one.planned.covers.rows;
      }
      assert.ok(rows > 1_000);
    }
  });

  it('S3: count their dead letters among those of a file by asking', async () => {
    const asked: number[] = [];
    const countInFile = async ({ count }: { readonly count: number }) => {
      asked.push(count);
      return { count: 8, bytes: 0 };
    };
    const deadLetters = { count: 10, bytes: 1e6, countInFile };
    const source = await identified(files);
    const { elsewhere } = threadOf(files, { count: 10, bytes: 1e6 });
    const limited = { ...making, deadLetters };
    const there = await all(begun(await elsewhere(source, fromBeginning, tailOf(source), limited, never)));
    const askedThere = asked.splice(0);
    assert.deepEqual(there, await madeHere(files, { deadLetters }));
    assert.deepEqual(askedThere, asked);
    const last = there.at(-1);
    assert.equal(last?.kind === 'end' && last.end.kind, 'too-many-dead-letters');
  });

  it('are of files opened there, which are known by what they would be known by here', async () => {
    const here = () => assert.fail('opened here');
    for (const splitAbove of [1e7, 400_000]) {
      const { server, open, elsewhere } = threadOf(files);
      void server.readAhead({ kind: 'ahead', path: 'a.csv', splitAbove, partitions });
      const opened = await open('a.csv', 'memory', here)(never);
      const known = await identified(files);
      assert.ok(opened.kind === 'identified');
      const facts = ({ id, cluster: of, path, form, columns, start }: IdentifiedSource) => [
        id,
        of,
        path,
        form,
        columns,
        start,
      ];
      assert.deepEqual(facts(opened), facts(known));
      const looked: number[] = [];
      const found = await opened.ranged!.find(
        rangeBytesOf(opened.ranged!.plainBytes!, splitAbove),
        (bytes) => looked.push(bytes),
        never,
      );
      const wanted = await known.ranged!.find(
        rangeBytesOf(opened.ranged!.plainBytes!, splitAbove),
        () => undefined,
        never,
      );
      assert.deepEqual(found, wanted);
      const there = await all(begun(await elsewhere(opened, fromBeginning, tailOf(opened), making, never)));
      assert.deepEqual(there, await madeHere(files));
    }
  });

  it('are of files opened here where these are no files at rest, and a refusal is told', async () => {
    const { open } = threadOf(new Map([['a.csv', Buffer.from('no header\n')]]));
    const refused = await open('a.csv', 'memory', () => assert.fail('opened here'))(never);
    assert.equal(refused.kind === 'refused' && refused.reason, 'bad-header');
    const compressed = new AppendsServer({
      ...making,
      encode: segmentEncoder,
      open: async () => openSource(memoryText(textOf(['1'])), cluster, never),
    });
    const thread = new ReadingThread(
      (request) => {
        const [one, other] = channelPair();
        if (request.kind !== 'ahead') void compressed.serve(request, other);
        return one;
      },
      () => 1,
    );
    const own = await identified(files);
    assert.equal(await thread.open('a.csv', 'memory', async () => own)(never), own);
    const { open: openPipe } = threadOf(new Map());
    assert.equal(await openPipe('pipe', 'memory', async () => own)(never), own);
  });

  it('end when reading is stopped, with what was read before', async () => {
    const stop = new AbortController();
    const source = await identified(files);
    const { elsewhere, served } = threadOf(files);
    const start = begun(await elsewhere(source, fromBeginning, tailOf(source), making, stop.signal));
    const made: MadeAppend[] = [];
    for await (const one of start.appends()) {
      made.push(one);
      stop.abort(new Error('enough'));
    }
    const last = made.at(-1);
    assert.deepEqual(last, { kind: 'end', end: { kind: 'aborted' } });
    await Promise.all(served);
  });

  it('are made no more when nobody takes them', async () => {
    const source = await identified(files);
    const { elsewhere, served } = threadOf(files);
    const start = begun(await elsewhere(source, fromBeginning, tailOf(source), making, never));
    for await (const one of start.appends()) if (one.kind === 'append') break;
    await Promise.all(served);
  });

  it('S1: are asked for anew only when a reading that was broken off has let the text go', async () => {
    let [open, most] = [0, 0];
    const slowly: OpenText = async (signal) => {
      const opening = await memoryText(files.get('a.csv')!, 3_000, { kind: 'end' }, true)(signal);
      if (opening.kind !== 'opened') return opening;
      async function* steps(...given: Parameters<SourceText['steps']>): AsyncGenerator<TextStep, void, undefined> {
        most = Math.max(most, ++open);
        try {
          yield* opening.kind === 'opened' ? opening.text.steps(...given) : [];
        } finally {
          // As long as a read that is under way takes.
          for (let turn = 0; turn < 20; turn++) await setImmediate();
          open--;
        }
      }
      return { kind: 'opened', text: { ...opening.text, steps } };
    };
    const server = new AppendsServer({
      ...making,
      encode: segmentEncoder,
      open: () => openSource(slowly, cluster, never),
    });
    let newest: Channel | undefined;
    const { appends: elsewhere } = new ReadingThread(
      (request) => {
        const [here, there] = channelPair();
        if (request.kind !== 'ahead') void server.serve(structuredClone(request), there);
        return (newest = here);
      },
      () => 1,
    );
    const source = await identified(files);
    for (let round = 0; round < 3; round++) {
      begun(await elsewhere(source, fromBeginning, tailOf(source), making, never));
      newest!.close();
    }
    const last = await all(begun(await elsewhere(source, fromBeginning, tailOf(source), making, never)));
    assert.deepEqual(last, await madeHere(files));
    assert.equal(most, 1);
  });

  it('are refused where another file stands there by now, and fail with what failed there', async () => {
    const source = await identified(files);
    const begin = async (there: Files) =>
      threadOf(there).elsewhere(source, fromBeginning, tailOf(source), making, never);
    const refused = await begin(new Map([['a.csv', textOf(['7'])]]));
    assert.ok(refused?.kind === 'refused');
    assert.match(refused.message, /memory is another file than it was a moment ago/);
    await assert.rejects(begin(new Map()), /reading memory failed: /);
  });

  it('fail when the thread is gone', async () => {
    const source = await identified(files);
    const [here, there] = channelPair();
    const { appends: elsewhere } = new ReadingThread(
      () => here,
      () => 1,
    );
    const start = elsewhere(source, fromBeginning, tailOf(source), making, never);
    there.send({ kind: 'begun' });
    const promised = begun(await start).appends();
    const appends = promised[Symbol.asyncIterator]();
    there.close();
    await assert.rejects(async () => appends.next(), /reading memory failed: its thread has ended/);
  });

  it('are left to this thread where only it can read the source', async () => {
    const opening = await openSource(memoryText(textOf(['1'])), cluster, never);
    assert.ok(opening.kind === 'identified');
    const { elsewhere } = threadOf(files);
    assert.equal(elsewhere(opening, fromBeginning, tailOf(opening), making, never), undefined);
  });
});
