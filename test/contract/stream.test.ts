import assert from 'node:assert/strict';
import { appendFile, copyFile, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { type EventRow } from '../../commands/log/event-row.js';
import { readLog } from '../../commands/log/read-log.js';
import { verifyLog } from '../../commands/log/verify-log.js';
import { instantOfMillis, parseInstant } from '../../domain/instant.js';
import { createClient } from '../../infra/etcd/client.js';
import { Keys } from '../../infra/etcd/keys.js';
import { TransactionLine } from '../../infra/etcd/line/transaction-line.js';
import { etcdForSuite, freshPrefix } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { never } from '../support/never.js';
import { longHeader, longRow } from '../support/source-texts.js';
import { openTestLog, type TestStreamer, testStreamer, type TestStreamerOptions } from '../support/streaming.js';
import { portOf, startTcpProxy } from '../support/tcp-proxy.js';
import { writeExport } from '../support/write-export.js';
import { full } from '../support/full-counts.js';

const columns = longHeader.split(',');

type Texts = Readonly<Record<string, string>>;

/** A row as text, for comparing. */
const asText = (row: Texts): string => columns.map((name) => row[name]).join('|');
const asTexts = ({ extra, ...row }: EventRow): Texts => ({ ...(row as unknown as Texts), ...extra });

/** Writes an export of 600 rows a step, and gives its rows as texts, sorted. */
const writeRows = async (path: string, steps: number): Promise<readonly string[]> => {
  const options = { gpus: 60, hosts: 20, steps, seed: 7, interval: 4, start: 1_750_000_000_000, shuffle: false };
  await writeExport(path, options);
  const rows = parse(await readFile(path), { columns: true }).map((row) => asText(row as Texts));
  assert.equal(rows.length, 600 * steps);
  return rows.sort();
};

describe('streaming into the log', () => {
  const etcd = etcdForSuite();
  let folder: string;
  let file: string;
  let rows: readonly string[];
  let prefix: string;
  let streamers: TestStreamer[];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'telemetry-stream-'));
    file = join(folder, 'export.csv');
    rows = await writeRows(file, 12);
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

  it('L2: a lane with a hole ends the stream with what is wrong and what to do, and nothing is appended behind it', async () => {
    const first = join(folder, 'first.csv');
    await writeFile(first, `${longHeader}\n${longRow()}\n`);
    const streamer = await start();
    for (const value of ['1', '2', '3']) {
      await appendFile(first, `${longRow({ value })}\n`);
      assert.equal((await streamer.run([first]))[0]!.outcome.kind, 'done');
    }
    const client = createClient({ endpoints: [etcd().endpoint] });
    try {
      const keys = new Keys(prefix);
      const stored = await client.getAll().prefix(keys.log.start).keys();
      assert.equal(stored.length, 3);
      await client.delete().key(stored[1]!);
      await appendFile(first, `${longRow({ value: '4' })}\n`);
      const [streamed] = await streamer.run([first]);
      assert.equal(streamed!.outcome.kind, 'no-place');
      const { lane } = keys.parseSegment(stored[1]!)!;
      assert.match(streamed!.outcome.message, new RegExp(`lane ${String(lane)} of the log has a hole`));
      assert.match(streamed!.outcome.message, /telemetry log verify.*telemetry log recover/);
      assert.deepEqual(await client.getAll().prefix(keys.log.start).keys(), stored.toSpliced(1, 1));
    } finally {
      client.close();
    }
  });

  const events = async (): Promise<readonly EventRow[]> => {
    const reading = openTestLog(etcd().endpoint, prefix);
    try {
      const verdict = await verifyLog(reading.log, never);
      assert.deepEqual(verdict.faults, []);
      const found: EventRow[] = [];
      const everything = { hostname: undefined, metric: undefined, start: undefined, end: undefined };
      for await (const one of readLog(reading.log, everything, never)) {
        assert.ok(one.kind === 'event');
        found.push(one.row);
      }
      return found;
    } finally {
      reading.close();
    }
  };

  const assertEveryRowOnce = async (of = rows): Promise<void> => {
    const found = (await events()).map((row) => asText(asTexts(row))).sort();
    assert.equal(found.length, of.length);
    assert.ok(found.every((row, i) => row === of[i]));
  };

  /** Each pass of a loop has every row once; the last one has some of them. */
  const assertPassesOnce = async (): Promise<void> => {
    const found = await events();
    const last = found.reduce((newest, { pass }) => Math.max(newest, pass), 0);
    for (let pass = 0; pass <= last; pass++) {
      const texts = found.filter((row) => row.pass === pass).map((row) => asText(asTexts(row)));
      assert.equal(new Set(texts).size, texts.length);
      if (pass < last) assert.deepEqual(texts.sort(), rows);
    }
  };

  const outcomes = (streamed: readonly { readonly outcome: { readonly kind: string } }[]) =>
    streamed.map(({ outcome }) => outcome.kind);

  it('L4, L2: every column of every row of a file comes back from the log, whose sequences are dense', async () => {
    const streamer = await start();
    assert.deepEqual(outcomes(await streamer.run([file])), ['done']);
    await assertEveryRowOnce();
    const { rows: read, events: appended, deadLetters } = streamer.figures;
    assert.deepEqual({ read, appended, deadLetters }, { read: 7_200, appended: 7_200, deadLetters: 0 });
  });

  it('L4: texts that a number, a time or a known column would not give back come back as they were', async () => {
    const odd = join(folder, 'odd.csv');
    const given = [
      { value: '1.50', timestamp: '2025-07-18 20:42:34' },
      { value: '+7', timestamp: '2025-07-18T22:42:34.5000+02:00' },
      { value: '-0', metric_name: 'SOME_NEW_METRIC' },
      { value: '1e3', labels_raw: 'a="x,""y""",\nb="2"' },
      { value: '0.1', pod: 'größe' },
    ];
    const header = `rack,${longHeader},note`;
    const text = given.map((row, i) => `"r${String(i)}",${longRow(row)},"n ${String(i)}"`);
    await writeFile(odd, `${header}\r\n${text.join('\r\n')}\r\n`);
    await (await start()).run([odd]);
    const expected = parse(await readFile(odd), { columns: true });
    const found = (await events()).map((row) => {
      const texts = asTexts(row);
      return Object.fromEntries(header.split(',').map((name) => [name, texts[name]]));
    });
    assert.deepEqual(
      found,
      expected.map((row) => ({ ...(row as Texts) })),
    );
  });

  it('S1: abandoned at any point, a streamer goes on where the last committed append ended', async function () {
    this.timeout(600_000);
    const large = join(folder, 'large.csv');
    const expected = await writeRows(large, full ? 500 : 72);
    const abandonments = full ? 40 : 6;
    for (let abandoned = 0; abandoned < abandonments; abandoned++) {
      const streamer = await start({ settings: { batch: { rows: 1, ms: 60_000 }, inFlight: 1 + (abandoned % 3) } });
      const abandon = new AbortController();
      const running = streamer.run([large], {}, { abandon: abandon.signal });
      await eventually('an append', () => streamer.figures.appends > 0, { everyMs: 1 });
      abandon.abort(new Error('abandoned'));
      await assert.rejects(running, /abandoned/);
      const from = streamer.events.find((event) => event.kind === 'reading')?.fromOffset ?? 0;
      assert.equal(from > 0, abandoned > 0);
    }
    await (await start()).run([large]);
    await assertEveryRowOnce(expected);
  });

  it('S1: told to stop, it settles what it read and goes on behind it', async () => {
    const stop = new AbortController();
    const streamer = await start({ settings: { batch: { rows: 100, ms: 60_000 } } });
    const running = streamer.run([file], {}, { stop: stop.signal });
    await eventually('some appends', () => streamer.figures.appends >= 3, { everyMs: 1 });
    stop.abort(new Error('stop'));
    assert.deepEqual(outcomes(await running), ['stopped']);
    assert.deepEqual(outcomes(await (await start()).run([file])), ['done']);
    await assertEveryRowOnce();
  });

  it('L3: two streamers given the same file under two paths append every row once', async () => {
    const copy = join(folder, 'copy.csv');
    await copyFile(file, copy);
    const settings = { batch: { rows: 200, ms: 60_000 } };
    const [one, two] = [await start({ settings }), await start({ settings })];
    await Promise.all([one.run([file]), two.run([copy])]);
    await assertEveryRowOnce();
    assert.equal(one.figures.events + two.figures.events, 7_200);
  });

  it('L3: appends whose answers were lost are found done, and their rows stand in the log once', async () => {
    const proxy = await startTcpProxy(portOf(etcd().endpoint));
    const reading = openTestLog(etcd().endpoint, prefix);
    const stop = new AbortController();
    try {
      const settings = { batch: { rows: 1, ms: 60_000 }, loop: true };
      const streamer = await start({ endpoint: proxy.endpoint, deadlineMs: 500, settings });
      const running = streamer.run([file], {}, { stop: stop.signal });
      while (streamer.figures.appliedEarlier < 3) {
        const { appends } = streamer.figures;
        await eventually('an append', () => streamer.figures.appends > appends, { everyMs: 1 });
        const before = await reading.log.head(never);
        proxy.holdReplies();
        await eventually('one that is done', async () => (await reading.log.head(never)) > before, { everyMs: 1 });
        proxy.cut();
        proxy.pass();
      }
      stop.abort(new Error('stop'));
      await running;
      console.log(`      applied earlier: ${String(streamer.figures.appliedEarlier)}`);
    } finally {
      reading.close();
      await proxy.close();
    }
    await assertPassesOnce();
  });

  it('L3: over a line that ends between requests and answers, each row stands in the log once', async () => {
    const proxy = await startTcpProxy(portOf(etcd().endpoint));
    const line = new TransactionLine([proxy.endpoint], 5_000);
    const reading = openTestLog(etcd().endpoint, prefix);
    const stop = new AbortController();
    let lostRequests = 0;
    try {
      // What is asked otherwise is answered: whatever is found done was sent over the line. At a pace that is broken in
      // the middle of a pass.
      const settings = { batch: { rows: 50, ms: 60_000 }, speed: 16, loop: true };
      // No lane is lost over it, though nobody ran this process for some seconds.
      const streamer = await start({ line, leaseSeconds: 600, settings });
      const running = streamer.run([file], {}, { stop: stop.signal });
      while (streamer.figures.appliedEarlier < 2 || lostRequests < 2) {
        await eventually('the line is open', () => proxy.connections > 0, { everyMs: 1 });
        if (streamer.figures.appliedEarlier < 2) {
          const before = await reading.log.head(never);
          proxy.holdReplies();
          await eventually('one that is done', async () => (await reading.log.head(never)) > before, { everyMs: 1 });
        } else {
          proxy.holdRequests();
          await eventually('one that is on its way', () => proxy.heldRequestBytes > 0, { everyMs: 1 });
          lostRequests++;
        }
        proxy.cut();
        proxy.pass();
      }
      stop.abort(new Error('stop'));
      // A pass whose last rows were on their way when it was told is done.
      assert.match(outcomes(await running).join(), /^(stopped|done)$/);
      assert.equal(streamer.figures.fenced, 0);
    } finally {
      line.close();
      reading.close();
      await proxy.close();
    }
    await assertPassesOnce();
  });

  it('tells of rows too whose append was done when its lane was lost before the answer came', async () => {
    const proxy = await startTcpProxy(portOf(etcd().endpoint));
    const reading = openTestLog(etcd().endpoint, prefix);
    try {
      const settings = { batch: { rows: 100, ms: 60_000 }, inFlight: 2 };
      const streamer = await start({ endpoint: proxy.endpoint, deadlineMs: 500, leaseSeconds: 1, settings });
      const running = streamer.run([file]);
      await eventually('an append', () => streamer.figures.appends > 0, { everyMs: 1 });
      const before = await reading.log.head(never);
      proxy.holdReplies();
      await eventually('one that is done', async () => (await reading.log.head(never)) > before, { everyMs: 1 });
      await eventually('the lane is lost', () => streamer.figures.fenced > 0);
      proxy.cut();
      proxy.pass();
      assert.deepEqual(outcomes(await running), ['done']);
      assert.ok(streamer.figures.appliedEarlier > 0);
      assert.deepEqual([streamer.figures.rows, streamer.figures.events], [7_200, 7_200]);
    } finally {
      reading.close();
      await proxy.close();
    }
    await assertEveryRowOnce();
  });

  it('S2: the same file is appended once; --again makes a new pass, which counts no refused row again', async () => {
    const bad = join(folder, 'bad.csv');
    await writeFile(bad, [longHeader, longRow(), longRow({ value: 'NaN' }), longRow({ value: '2' }), ''].join('\n'));
    const streamer = await start();
    assert.deepEqual(outcomes(await streamer.run([bad])), ['done']);
    assert.deepEqual(outcomes(await streamer.run([bad])), ['nothing-new']);
    assert.deepEqual(outcomes(await streamer.run([bad], { again: true })), ['done']);
    const { events: appended, deadLetters, rows: counted } = streamer.figures;
    assert.deepEqual({ appended, deadLetters, counted }, { appended: 4, deadLetters: 1, counted: 5 });
    assert.deepEqual(
      (await events()).map(({ pass, value }) => `${String(pass)} ${value}`),
      ['0 1', '0 2', '1 1', '1 2'],
    );
  });

  it('S2: --again refuses a file that has the same first row and is another, or one that was cut; one that grew is taken', async () => {
    const path = join(folder, 'again.csv');
    const write = (...values: readonly string[]) =>
      writeFile(path, `${[longHeader, ...values.map((value) => longRow({ value }))].join('\n')}\n`);
    const streamer = await start();
    const again = async () => (await streamer.run([path], { again: true }))[0]!.outcome;
    await write('1', '2', '3');
    await streamer.run([path]);
    // The refused row would be neither an event nor a dead letter: the pass before has been past its place.
    await write('1', 'x', '3');
    const refused = await again();
    assert.equal(refused.kind, 'refused');
    assert.match(
      refused.message,
      /again.csv begins like .*again.csv, of which \d+ bytes have been appended, but what follows differs/,
    );
    await write('1', '2');
    assert.match((await again()).message, /it is shorter than that/);
    await write('1', '2', '3', 'x');
    assert.deepEqual((await again()).kind, 'done');
    const { events: appended, deadLetters } = streamer.figures;
    assert.deepEqual({ appended, deadLetters }, { appended: 6, deadLetters: 1 });
  });

  it('S2: a file that has grown goes on where it ended, and one that is followed as it grows', async () => {
    const growing = join(folder, 'growing.csv');
    await writeFile(growing, `${longHeader}\n${longRow({ value: '1' })}\n`);
    const streamer = await start();
    await streamer.run([growing]);
    await appendFile(growing, `${longRow({ value: '2' })}\n`);
    assert.deepEqual(outcomes(await streamer.run([growing])), ['done']);
    const stop = new AbortController();
    const running = streamer.run([growing], { follow: true }, { stop: stop.signal });
    await appendFile(growing, `${longRow({ value: '3' })}\n`);
    await eventually('the third row', () => streamer.figures.rows === 3);
    stop.abort(new Error('stop'));
    await running;
    assert.deepEqual(
      (await events()).map(({ value }) => value),
      ['1', '2', '3'],
    );
  });

  it('S1, S2: a followed file that is moved away while the lane is lost is read to its end, and then its successor', async () => {
    const path = join(folder, 'moved.csv');
    await writeFile(path, `${longHeader}\n${longRow({ value: '1' })}\n`);
    const stop = new AbortController();
    const streamer = await start({ settings: { batch: { rows: 1, ms: 60_000 } } });
    const running = streamer.run([path], { follow: true }, { stop: stop.signal });
    await eventually('the first row', () => streamer.figures.rows === 1);
    const client = createClient({ endpoints: [etcd().endpoint] });
    await client.delete().key(new Keys(prefix).lane(streamer.figures.lane!));
    client.close();
    await mkdir(join(folder, 'away'));
    await rename(path, join(folder, 'away/moved.csv'));
    await appendFile(join(folder, 'away/moved.csv'), `${longRow({ value: '2' })}\n`);
    await eventually('the lane is lost', () => streamer.figures.fenced > 0);
    await writeFile(path, `${longHeader}\n${longRow({ value: '3' })}\n`);
    await eventually('the rows of both', () => streamer.figures.rows === 3);
    stop.abort(new Error('stop'));
    assert.deepEqual(outcomes(await running), ['stopped']);
    assert.deepEqual((await events()).map(({ value }) => value).sort(), ['1', '2', '3']);
  });

  it('S3: stops a source at its limit of dead letters with what came before it in the log, and goes on when it is raised', async () => {
    const bad = join(folder, 'many-bad.csv');
    const lines = Array.from({ length: 40 }, (_, i) => longRow({ value: i % 2 === 0 ? String(i) : '' }));
    await writeFile(bad, [longHeader, ...lines, ''].join('\n'));
    const strict = await start({ settings: { deadLetters: { count: 5, bytes: 1e6 } } });
    const [stopped] = await strict.run([bad]);
    assert.equal(stopped!.outcome.kind, 'too-many-dead-letters');
    assert.match(stopped!.outcome.message, /more than 5 dead letters.*--max-dead-letters/);
    assert.deepEqual(outcomes(await (await start()).run([bad])), ['done']);
    assert.equal((await events()).length, 20);
  });

  it('S5: a loop makes pass after pass, restamped later and later, until it is stopped', async () => {
    const small = join(folder, 'small.csv');
    const times = ['2025-07-18T20:42:34Z', '2025-07-18T20:42:35Z'];
    await writeFile(small, [longHeader, ...times.map((timestamp) => longRow({ timestamp })), ''].join('\n'));
    const began = instantOfMillis(Date.now());
    const stop = new AbortController();
    const streamer = await start({ settings: { loop: true, restamp: true } });
    const running = streamer.run([small], { loop: true }, { stop: stop.signal });
    await eventually('five passes', () => streamer.figures.rows >= 10);
    stop.abort(new Error('stop'));
    await running;
    const given = (await events()).map(({ pass, timestamp }) => ({ pass, timestamp: parseInstant(timestamp)! }));
    assert.ok(given.length >= 10 && given[0]!.timestamp >= began);
    for (const [i, { pass, timestamp }] of given.entries()) {
      assert.equal(pass, Math.floor(i / 2));
      if (i > 0) assert.ok(timestamp > given[i - 1]!.timestamp);
    }
  });
});
