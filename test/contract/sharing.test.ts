import assert from 'node:assert/strict';
import { appendFile, copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type StreamerEvent } from '../../commands/streamer/streamer-event.js';
import { Audit } from '../../commands/verify/audit.js';
import { haveRangesEnded, rangeFaults } from '../../commands/verify/range-faults.js';
import { decodeSegment } from '../../domain/segment/decode.js';
import { beginning } from '../../domain/revision.js';
import { type SystemSnapshot } from '../../domain/system-snapshot.js';
import { createClient } from '../../infra/etcd/client.js';
import { Keys } from '../../infra/etcd/keys.js';
import { takeSnapshot } from '../../infra/etcd/system-snapshot.js';
import { etcdForSuite, freshPrefix } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { never } from '../support/never.js';
import { longHeader, longRow } from '../support/source-texts.js';
import { openTestLog, type TestStreamer, testStreamer, type TestStreamerOptions } from '../support/streaming.js';
import { writeExport } from '../support/write-export.js';

/** Every so manieth row is bad: its value is no number. */
const badEvery = 97;

interface Books {
  readonly rows: number;
  readonly events: number;
  readonly deadLetters: number;
  readonly snapshot: SystemSnapshot;
}

describe('S4: streamers share sources', function () {
  this.timeout(180_000);
  const etcd = etcdForSuite();
  let folder: string;
  let file: string;
  let rows: number;
  let bad: number;
  let prefix: string;
  let streamers: TestStreamer[];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'telemetry-sharing-'));
    file = join(folder, 'large.csv');
    const options = { gpus: 60, hosts: 20, steps: 20, seed: 11, interval: 4, start: 1_750_000_000_000, shuffle: false };
    await writeExport(file, options);
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
    const isBad = (at: number): boolean => at % badEvery === 1;
    await writeFile(file, `${lines.map((line, at) => (isBad(at) ? line.replace(/^"/, '"x') : line)).join('\n')}\n`);
    rows = lines.length - 1;
    bad = lines.filter((_, at) => isBad(at)).length;
  });
  after(() => rm(folder, { recursive: true, force: true }));
  beforeEach(() => {
    prefix = freshPrefix();
    streamers = [];
  });
  afterEach(() => streamers.forEach((streamer) => streamer.close()));

  const start = async (options: Partial<TestStreamerOptions> = {}): Promise<TestStreamer> => {
    const streamer = await testStreamer({ endpoint: etcd().endpoint, prefix, ...options });
    streamers.push(streamer);
    return streamer;
  };
  const split = { splitAbove: 800_000, batch: { rows: 400, ms: 60_000 } };

  /** The log and the checkpoints, held against each other. */
  const books = async (): Promise<Books> => {
    const client = createClient({ endpoints: etcd().endpoints });
    const reading = openTestLog(etcd().endpoint, prefix);
    try {
      const snapshot = await takeSnapshot(client, new Keys(prefix), never);
      const audit = new Audit();
      for await (const batch of reading.log.list({ kind: 'everything' }, beginning, snapshot.revision, never)) {
        for (const entry of batch.entries) {
          const decoded = decodeSegment(entry.bytes);
          assert.ok(decoded._tag === 'Right');
          audit.add(entry, decoded.right.header);
        }
      }
      const { faults, sources, events } = audit.report;
      assert.deepEqual([...faults, ...rangeFaults(snapshot)], []);
      for (const { source, ...counted } of snapshot.sources) {
        assert.equal(counted.events, sources.get(source)?.events ?? 0);
        assert.equal(counted.dead_letters, snapshot.deadLetters.get(source) ?? 0);
      }
      const sum = (of: (source: SystemSnapshot['sources'][number]) => number): number =>
        snapshot.sources.reduce((total, source) => total + of(source), 0);
      return { rows: sum((one) => one.rows), events, deadLetters: sum((one) => one.dead_letters), snapshot };
    } finally {
      client.close();
      reading.close();
    }
  };

  const assertEveryRowOnce = async (): Promise<SystemSnapshot> => {
    const { snapshot, ...counts } = await books();
    assert.deepEqual(counts, { rows, events: rows - bad, deadLetters: bad });
    assert.ok(haveRangesEnded(snapshot) && snapshot.sources.every(({ state }) => state === 'ended'));
    return snapshot;
  };

  const outcomes = (streamed: readonly { readonly outcome: { readonly kind: string } }[]) =>
    streamed.map(({ outcome }) => outcome.kind);
  const exactly = (count: number) => ({ ...split, deadLetters: { count, bytes: 16 * 2 ** 20 } });
  const isReading = (event: StreamerEvent) => event.kind === 'reading';

  it('two streamers given several files under two paths each read every file once, without a race', async () => {
    const names = Array.from({ length: 6 }, (_, at) => join(folder, `file-${String(at)}.csv`));
    const header = `${longHeader}\n`;
    await Promise.all(
      names.map((name, at) =>
        writeFile(
          name,
          header + Array.from({ length: 500 }, () => `${longRow({ uuid: `GPU-${String(at)}` })}\n`).join(''),
        ),
      ),
    );
    const copies = names.map((name) => `${name}.copy.csv`);
    await Promise.all(names.map((name, at) => copyFile(name, copies[at]!)));
    const [one, two] = [await start({ settings: split }), await start({ settings: split })];
    const streamed = await Promise.all([one.run(names), two.run(copies)]);
    assert.ok(streamed.flatMap(outcomes).every((kind) => kind === 'done' || kind === 'nothing-new'));
    const { rows: appended, events } = await books();
    assert.deepEqual([appended, events], [3_000, 3_000]);
    assert.deepEqual([one.figures.fenced, two.figures.fenced], [0, 0]);
  });

  it('S3: the limit of dead letters is that of the file, in however many ranges they are', async () => {
    const limit = Math.floor(bad / 2);
    const alone = await start({ settings: exactly(limit) });
    assert.deepEqual(outcomes(await alone.run([file])), ['too-many-dead-letters']);
    const { deadLetters, snapshot } = await books();
    assert.ok(deadLetters <= limit && deadLetters > limit / 2, `${String(deadLetters)} of ${String(limit)}`);
    assert.ok(snapshot.sources.filter(({ dead_letters }) => dead_letters > 0).length > 2);
    const higher = Math.floor((bad * 3) / 4);
    const two = [await start({ settings: exactly(higher) }), await start({ settings: exactly(higher) })];
    const streamed = (await Promise.all(two.map((streamer) => streamer.run([file])))).flatMap(outcomes);
    assert.deepEqual(streamed, ['too-many-dead-letters', 'too-many-dead-letters']);
    const { deadLetters: more } = await books();
    assert.ok(more <= higher && more > limit, `${String(more)} of ${String(higher)}`);
    const enough = await start({ settings: exactly(bad) });
    assert.deepEqual(outcomes(await enough.run([file])), ['done']);
    await assertEveryRowOnce();
  });

  it('S3: streamers that hold dead letters of one file at the same time do not pass its limit together', async () => {
    const [limit, streamersOfFile] = [10, 4];
    // Each has gathered a range when it asks for room, and has none before the others have gathered theirs or given up.
    let [asked, over] = [0, 0];
    const room = { usedBytes: 0, fileBytes: 0, quotaBytes: 2 ** 31 };
    const gauge = async () => {
      asked++;
      await eventually('all have gathered', () => asked + over >= streamersOfFile);
      return { kind: 'answered' as const, value: room };
    };
    const settings = { ...exactly(limit), batch: { rows: 1e6, ms: 60_000 }, gauge: { read: gauge } };
    const many = await Promise.all(Array.from({ length: streamersOfFile }, () => start({ settings })));
    const streamed = await Promise.all(many.map((streamer) => streamer.run([file]).finally(() => over++)));
    assert.deepEqual([...new Set(streamed.flatMap(outcomes))], ['too-many-dead-letters']);
    const { deadLetters } = await books();
    assert.ok(deadLetters > 0 && deadLetters <= limit, `${String(deadLetters)} of ${String(limit)}`);
    // What was counted and never appended is read again by who goes on: no room is lost by it.
    const two = [await start({ settings: exactly(bad) }), await start({ settings: exactly(bad) })];
    const others = await Promise.all(two.map((streamer) => streamer.run([file])));
    assert.deepEqual(others.flatMap(outcomes), ['done', 'done']);
    await assertEveryRowOnce();
  });

  it('two streamers given one large file under two paths share its ranges by one plan: every row once', async () => {
    const copy = join(folder, 'copy.csv');
    await copyFile(file, copy);
    const [one, two] = [await start({ settings: split }), await start({ settings: split })];
    const streamed = await Promise.all([one.run([file]), two.run([copy])]);
    assert.deepEqual(streamed.flatMap(outcomes), ['done', 'done']);
    const { plans, sources } = await assertEveryRowOnce();
    assert.deepEqual([plans.length, plans[0]!.ranges.length], [1, sources.length]);
    assert.ok(sources.length > 10, String(sources.length));
    assert.ok(one.figures.rows > 0 && two.figures.rows > 0);
    assert.equal(one.figures.rows + two.figures.rows, rows);
    assert.deepEqual([one.figures.fenced, two.figures.fenced], [0, 0]);
    assert.deepEqual(outcomes(await one.run([copy])), ['nothing-new']);
  });

  it('dead letters of ranges name byte and row in the file', async () => {
    await (await start({ settings: split })).run([file]);
    const text = await readFile(file);
    const lines = text.toString().split('\n');
    const client = createClient({ endpoints: etcd().endpoints });
    try {
      const stored = await client.getAll().prefix(new Keys(prefix).deadLetters.start).json();
      const letters = Object.values(stored) as unknown as {
        offset: number;
        row: number;
        raw: string;
        length: number;
      }[];
      assert.equal(letters.length, bad);
      for (const { offset, row, raw, length } of letters) {
        assert.equal(Buffer.from(raw, 'base64').toString(), lines[row]);
        assert.equal(text.subarray(offset, offset + length).toString(), lines[row]);
      }
    } finally {
      client.close();
    }
  });

  it('S2: a split file that grew goes on in its last range; another one is refused; --again makes a new pass of each', async () => {
    const growing = join(folder, 'growing.csv');
    await copyFile(file, growing);
    const streamer = await start({ settings: split });
    await streamer.run([growing]);
    const { plans } = await assertEveryRowOnce();
    await appendFile(growing, `${longRow()}\n`);
    assert.deepEqual(outcomes(await streamer.run([growing])), ['done']);
    assert.deepEqual((await books()).rows, rows + 1);
    const other = join(folder, 'other.csv');
    const text = await readFile(growing);
    text[text.length - 100]! ^= 1;
    await writeFile(other, text);
    const [refused] = await streamer.run([other]);
    assert.equal(refused!.outcome.kind, 'refused');
    assert.match(refused!.outcome.message, /other.csv begins like .*growing.csv.* what follows differs/);
    assert.deepEqual(outcomes(await streamer.run([growing], { again: true })), ['done']);
    const again = await books();
    assert.deepEqual([again.events, again.deadLetters], [2 * (rows + 1 - bad), bad]);
    assert.deepEqual(again.snapshot.plans, plans);
    assert.ok(again.snapshot.sources.every(({ pass }) => pass === 1));
  });

  it('S2: an interrupted --again of a split file is finished by the next one: every range has as many passes', async () => {
    const slow = await start({ settings: { ...split, batch: { rows: 50, ms: 60_000 } } });
    await slow.run([file]);
    const stop = new AbortController();
    const { rows: before } = slow.figures;
    const running = slow.run([file], { again: true }, { stop: stop.signal });
    await eventually('a part of the second pass', () => slow.figures.rows > before + rows / 3, { everyMs: 1 });
    stop.abort(new Error('stop'));
    assert.deepEqual(outcomes(await running), ['stopped']);
    const { snapshot } = await books();
    assert.equal(new Set(snapshot.sources.map(({ pass }) => pass)).size, 2, 'it was interrupted between ranges');
    assert.deepEqual(outcomes(await slow.run([file], { again: true })), ['done']);
    const { events, snapshot: after } = await books();
    assert.deepEqual([events, new Set(after.sources.map(({ pass }) => pass))], [2 * (rows - bad), new Set([1])]);
  });

  it('S2: which pass --again makes of each file is decided before any is streamed: one that another makes meanwhile counts', async () => {
    const small = join(folder, 'again-small.csv');
    await writeFile(small, `${longHeader}\n${longRow({ uuid: 'GPU-again' })}\n`);
    const slow = { ...split, batch: { rows: 1, ms: 60_000 }, inFlight: 1 };
    const [one, two] = [await start({ settings: slow }), await start({ settings: split })];
    await one.run([file, small]);
    const { rows: before } = one.figures;
    const running = one.run([file, small], { again: true });
    await eventually('it has begun', () => one.figures.rows > before, { everyMs: 1 });
    assert.deepEqual(outcomes(await two.run([small, file], { again: true })), ['done', 'done']);
    assert.deepEqual(outcomes(await running), ['done', 'nothing-new']);
    const { events, snapshot } = await books();
    assert.deepEqual([events, new Set(snapshot.sources.map(({ pass }) => pass))], [2 * (rows - bad + 1), new Set([1])]);
  });

  it('a file that was begun as a whole is not split later', async () => {
    const stop = new AbortController();
    const whole = await start({ settings: { batch: split.batch } });
    const running = whole.run([file], {}, { stop: stop.signal });
    await eventually('an append', () => whole.figures.appends > 0, { everyMs: 1 });
    stop.abort(new Error('stop'));
    await running;
    await (await start({ settings: split })).run([file]);
    const { plans, sources } = await assertEveryRowOnce();
    assert.deepEqual([plans.length, sources.length], [0, 1]);
  });

  it('S1: what a streamer was reading when it was stopped is free at once, and after its lease when it is gone', async () => {
    const slow = { ...split, batch: { rows: 1, ms: 60_000 }, inFlight: 1 };
    const [gone, stopped] = [await start({ settings: slow, leaseSeconds: 2 }), await start({ settings: slow })];
    const [abandon, stop] = [new AbortController(), new AbortController()];
    const first = gone.run([file], {}, { abandon: abandon.signal }).catch(() => undefined);
    await eventually('ranges', () => gone.events.some(isReading), { everyMs: 1 });
    const second = stopped.run([file], {}, { stop: stop.signal });
    await eventually('both read', () => gone.figures.appends > 0 && stopped.figures.appends > 0, { everyMs: 1 });
    stop.abort(new Error('stop'));
    assert.deepEqual(outcomes(await second), ['stopped']);
    gone.close();
    abandon.abort(new Error('gone'));
    await first;
    const heir = await start({ settings: split });
    assert.deepEqual(outcomes(await heir.run([file])), ['done']);
    await assertEveryRowOnce();
    console.log(`      waited: ${String(heir.events.some(({ kind }) => kind === 'waiting'))}`);
  });

  it('in a loop, a second streamer waits and takes over when the first has gone', async () => {
    const small = join(folder, 'small.csv');
    await writeFile(small, `${longHeader}\n${longRow()}\n`);
    const settings = { loop: true };
    const [one, two] = [await start({ settings }), await start({ settings })];
    const [stopOne, stopTwo] = [new AbortController(), new AbortController()];
    const first = one.run([small], {}, { stop: stopOne.signal });
    await eventually('a pass', () => one.figures.rows > 0);
    const second = two.run([small], {}, { stop: stopTwo.signal });
    await eventually('it waits', () => two.figures.waiting !== undefined);
    const { rows: before } = one.figures;
    await eventually('the first goes on', () => one.figures.rows > before + 20);
    assert.equal(two.figures.rows, 0);
    stopOne.abort(new Error('stop'));
    await first;
    await eventually('the second has taken over', () => two.figures.rows > 0);
    stopTwo.abort(new Error('stop'));
    await second;
    assert.deepEqual([one.figures.fenced, two.figures.fenced], [0, 0]);
    assert.equal((await books()).rows, one.figures.rows + two.figures.rows);
  });
});
