import assert from 'node:assert/strict';
import { firstCourse } from '../../../commands/append/source-course.js';
import { type ReadBlock } from '../../../commands/source/read-block.js';
import { type SourceEnd, type SourceReading } from '../../../commands/source/source.js';
import { gather, type Gathered, type Gathering } from '../../../commands/streamer/gather.js';
import { paceOf, unpaced } from '../../../commands/streamer/pace.js';
import { asObserved } from '../../../commands/streamer/restamp.js';
import { type ClusterId, type SourceId } from '../../../domain/ids.js';
import { blockOf, coveredBy, dictionaryOf, rejectedAt } from '../append/blocks.js';
import { never } from '../../support/never.js';

const course = firstCourse(
  {
    source: '0123456789abcdef0123456789abcdef' as SourceId,
    cluster: 'c' as ClusterId,
    path: 'a.csv',
    log_id: 'log',
  },
  { offset: 0, row: 1 },
);
const series = dictionaryOf(3);

/** Block `i` covers bytes 10 i to 10 (i + 1) and has one row at second `i`. */
const block = (i: number, more: { readonly rejected?: number; readonly drained?: boolean } = {}): ReadBlock =>
  blockOf({
    series,
    rows: [{ series: 0, time: BigInt(i) * 1_000_000_000n, value: i }],
    from: 10 * i,
    to: 10 * (i + 1),
    rejected: Array.from({ length: more.rejected ?? 0 }, (_, n) => rejectedAt(10 * i + n)),
    drained: more.drained ?? false,
  });

const readingOf = (blocks: readonly ReadBlock[], end: SourceEnd = { kind: 'ended' }): SourceReading => {
  let handedOut = 0;
  return {
    kind: 'reading',
    async *blocks() {
      for (const one of blocks) {
        handedOut = one.to;
        yield one;
      }
    },
    covered: () => coveredBy(handedOut),
    progress: () => ({ readBytes: handedOut, sizeBytes: undefined }),
    end: () => end,
  };
};

const gathering: Gathering = {
  batch: { rows: 1_000, ms: 1_000 },
  deadLetters: { count: 1_000, bytes: 1e6 },
  partitions: 4,
  clock: () => 0,
  pause: () => assert.fail('nothing is waited for'),
  pace: unpaced,
  restamp: asObserved,
  bytesPerRow: () => 1,
};

const all = async (gathered: AsyncIterable<Gathered>): Promise<readonly string[]> => {
  const seen: string[] = [];
  for await (const one of gathered) {
    if (one.kind === 'end') seen.push(one.end.kind);
    else {
      const { pieces, ends } = one.load;
      const values = pieces.flatMap(({ blocks }) => blocks.flatMap(({ values: v }) => [...v]));
      const recognised = pieces.at(-1)?.covered.last.sha256.replace('last of ', 'to ') ?? '';
      seen.push(`${values.join(' ')}${recognised === '' ? '' : ` ${recognised}`}${ends ? ' ends' : ''}`);
    }
  }
  return seen;
};

describe('gathering loads', () => {
  it('S1: what cannot be recognised again without a block that was read and is not in it is read again', async () => {
    const stop = new AbortController();
    const blocks = [0, 1, 2].map((i) => block(i));
    const reading = readingOf(blocks);
    async function* stopped(): AsyncGenerator<ReadBlock> {
      for await (const one of reading.blocks()) {
        if (one === blocks[2]) stop.abort();
        yield one;
      }
    }
    const seen = await all(gather({ ...reading, blocks: stopped }, course, gathering, stop.signal));
    assert.deepEqual(seen, ['aborted']);
  });

  it('gathers while blocks keep coming; the last load carries the end', async () => {
    const blocks = [0, 1, 2].map((i) => block(i));
    assert.deepEqual(await all(gather(readingOf(blocks), course, gathering, never)), ['0 1 2 to 30 ends', 'ended']);
  });

  it('sends at once what has come when nothing more is at hand, and nothing for a block without text', async () => {
    const pause = { ...block(1, { drained: true }), from: 10, to: 10, rows: 0 };
    const blocks = [block(0), pause, pause, block(1, { drained: true }), block(2)];
    assert.deepEqual(await all(gather(readingOf(blocks), course, gathering, never)), [
      '0 to 10',
      '1 to 20',
      '2 to 30 ends',
      'ended',
    ]);
  });

  it('cuts at the number of rows and at the age of the first block', async () => {
    const blocks = [0, 1, 2, 3, 4].map((i) => block(i));
    const byRows = { ...gathering, batch: { rows: 2, ms: 1_000 } };
    assert.deepEqual(await all(gather(readingOf(blocks), course, byRows, never)), [
      '0 1 to 20',
      '2 3 to 40',
      '4 to 50 ends',
      'ended',
    ]);
    let now = 0;
    const byAge = { ...gathering, batch: { rows: 1_000, ms: 250 }, clock: () => (now += 100) };
    assert.ok((await all(gather(readingOf(blocks), course, byAge, never))).length > 2);
  });

  it('a source that cannot be read on keeps its checkpoint open', async () => {
    const broken: SourceEnd = { kind: 'broken', message: 'it breaks off' };
    assert.deepEqual(await all(gather(readingOf([block(0)], broken), course, gathering, never)), ['0 to 10', 'broken']);
    assert.deepEqual(await all(gather(readingOf([], broken), course, gathering, never)), ['broken']);
  });

  it('S3: stops before the block that passes the limit of dead letters, with everything before it', async () => {
    const blocks = [
      block(0, { rejected: 2 }),
      block(1, { rejected: 3 }),
      block(2),
      block(3, { rejected: 1 }),
      block(4),
    ];
    const limited = { ...gathering, deadLetters: { count: 5, bytes: 1e6 } };
    assert.deepEqual(await all(gather(readingOf(blocks), course, limited, never)), [
      '0 1 2 to 30',
      'too-many-dead-letters',
    ]);
    const none = { ...gathering, deadLetters: { count: 0, bytes: 1e6 } };
    assert.deepEqual(await all(gather(readingOf(blocks), course, none, never)), ['too-many-dead-letters']);
    const small = { ...gathering, deadLetters: { count: 1_000, bytes: 100 } };
    assert.deepEqual(await all(gather(readingOf(blocks), course, small, never)), ['too-many-dead-letters']);
  });

  it('S3: dead letters of earlier runs count towards the limit, those of an earlier pass do not count again', async () => {
    const blocks = [block(0, { rejected: 2 }), block(1, { rejected: 2 })];
    const limited = { ...gathering, deadLetters: { count: 4, bytes: 1e6 } };
    const resumed = { ...course, dead_letters: 2 };
    assert.deepEqual(await all(gather(readingOf(blocks), resumed, limited, never)), [
      '0 to 10',
      'too-many-dead-letters',
    ]);
    const again = { ...course, dead_letters: 4, counted: 20 };
    assert.deepEqual(await all(gather(readingOf(blocks), again, limited, never)), ['0 1 to 20 ends', 'ended']);
  });

  it('S3: dead letters of the other ranges of a file count, and no checkpoint covers what is not appended', async () => {
    const blocks = [block(0), block(1, { rejected: 2 }), block(2)];
    const limited = (...seen: readonly number[]) => {
      const looks = [...seen];
      const countInFile = () => Promise.resolve({ count: looks.length > 1 ? looks.shift()! : looks[0]!, bytes: 0 });
      return { ...gathering, deadLetters: { count: 1_000, bytes: 1e8, countInFile } };
    };
    const gathered = (...seen: readonly number[]) => all(gather(readingOf(blocks), course, limited(...seen), never));
    assert.deepEqual(await gathered(998), ['0 1 2 to 30 ends', 'ended']);
    assert.deepEqual(await gathered(999), ['0 to 10', 'too-many-dead-letters']);
    // Other streamers came near the limit since it looked: the text behind block 0 has been read, and none may stand there.
    assert.deepEqual(await gathered(0, 999), ['too-many-dead-letters']);
  });

  it('S5: sends what is due before it waits for what is not', async () => {
    const log: string[] = [];
    const paced = {
      ...gathering,
      pace: paceOf(1),
      pause: async (ms: number) => void log.push(`wait ${String(ms)}`),
    };
    const blocks = [block(0), block(1), block(2)];
    for await (const one of gather(readingOf(blocks), course, paced, never)) {
      log.push(one.kind === 'load' ? `load ${String(one.load.pieces.length)}` : one.kind);
    }
    assert.deepEqual(log, ['load 1', 'wait 1000', 'load 1', 'wait 2000', 'load 1', 'end']);
  });

  it('S5: at a pace, rows wait for one another, a second at most', async () => {
    let now = 0;
    const paced = { ...gathering, clock: () => now, pace: paceOf(4), pause: async (ms: number) => void (now += ms) };
    const blocks = Array.from({ length: 10 }, (_, i) => block(i));
    const loads: string[] = [];
    for await (const one of gather(readingOf(blocks), course, paced, never)) {
      if (one.kind === 'load') loads.push(`${String(one.load.pieces.length)} at ${String(now)}`);
    }
    assert.deepEqual(loads, ['4 at 750', '4 at 1750', '2 at 2250']);
    now = 0;
    const impatient = { ...paced, batch: { rows: 1_000, ms: 100 } };
    const at: number[] = [];
    for await (const one of gather(readingOf(blocks), course, { ...impatient, pace: paceOf(4) }, never)) {
      if (one.kind === 'load') at.push(now);
    }
    assert.equal(at.length, 10);
  });

  it('S5: at a pace, rows are not later for the time that sending the ones before takes', async () => {
    let now = 0;
    const paced = { ...gathering, clock: () => now, pace: paceOf(1), pause: async (ms: number) => void (now += ms) };
    const blocks = Array.from({ length: 4 }, (_, i) => block(i));
    const loads: string[] = [];
    for await (const one of gather(readingOf(blocks), course, paced, never)) {
      if (one.kind === 'load') loads.push(`${String(one.load.pieces.length)} at ${String(now)}`);
      now += 300;
    }
    assert.deepEqual(loads, ['1 at 0', '1 at 1000', '1 at 2000', '1 at 3000']);
  });

  it('S5: at a pace, what is left of rows of one time does not wait for those of the next second', async () => {
    let now = 0;
    const paced = { ...gathering, clock: () => now, pace: paceOf(1), pause: async (ms: number) => void (now += ms) };
    const reading = readingOf([block(0), block(0), block(0), block(1), block(1), block(1), block(2)]);
    async function* slowly(): AsyncGenerator<ReadBlock> {
      for await (const one of reading.blocks()) {
        now += 100;
        yield one;
      }
    }
    const loads: number[] = [];
    const limited = { ...paced, batch: { rows: 2, ms: 1_000 } };
    for await (const one of gather({ ...reading, blocks: slowly }, course, limited, never))
      if (one.kind === 'load') loads.push(one.load.pieces.length);
    assert.deepEqual(loads, [2, 1, 2, 1, 1]);
  });

  it('hands on nothing more when it is stopped while it waits', async () => {
    const stop = new AbortController();
    const paced = {
      ...gathering,
      pace: paceOf(1),
      pause: async () => {
        stop.abort();
        throw new Error('aborted');
      },
    };
    const seen: Gathered[] = [];
    for await (const one of gather(readingOf([block(0), block(1)]), course, paced, stop.signal)) seen.push(one);
    assert.deepEqual(seen.at(-1), { kind: 'end', end: { kind: 'aborted' } });
    assert.equal(seen.length, 2);
  });
});
