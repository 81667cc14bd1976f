import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Etcd3 } from 'etcd3';
import { type ReplayStore } from '../../commands/dead-letters/replay-port.js';
import { readLog } from '../../commands/log/read-log.js';
import { verifyLog } from '../../commands/log/verify-log.js';
import { replayLetters } from '../../commands/streamer/replay-letters.js';
import { type Streaming } from '../../commands/streamer/streaming.js';
import { instantOfMillis } from '../../domain/instant.js';
import { segmentEncoder } from '../../domain/segment/encode.js';
import { EtcdAppendStore } from '../../infra/etcd/append-store.js';
import { createClient } from '../../infra/etcd/client.js';
import { deadLetterReader } from '../../infra/etcd/dead-letter-reader.js';
import { Keys } from '../../infra/etcd/keys.js';
import { EtcdLaneClaims } from '../../infra/etcd/lane-claims.js';
import { EtcdLetterDesk } from '../../infra/etcd/letter-desk.js';
import { EtcdReplayStore } from '../../infra/etcd/replay-store.js';
import { SeenLog } from '../../infra/etcd/seen-log.js';
import { etcdForSuite, freshPrefix } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { never } from '../support/never.js';
import { longHeader, longRow } from '../support/source-texts.js';
import { openTestLog, testStreamer } from '../support/streaming.js';
import { full } from '../support/full-counts.js';

const letters = full ? 300 : 40;

describe('dead letters read again', function () {
  const etcd = etcdForSuite();
  let client: Etcd3;
  let keys: Keys;
  let prefix: string;
  let folder: string;

  beforeEach(async () => {
    client = createClient({ endpoints: etcd().endpoints });
    prefix = freshPrefix();
    keys = new Keys(prefix);
    folder = await mkdtemp(join(tmpdir(), 'telemetry-replays-'));
    const rows = Array.from({ length: letters }, (_, n) => longRow({ value: `bad-${String(n)}`, gpu_id: String(n) }));
    const file = join(folder, 'rows.csv');
    await writeFile(file, [longHeader, longRow({ value: '1', gpu_id: 'good' }), ...rows, ''].join('\n'));
    const streamer = await testStreamer({ endpoint: etcd().endpoint, prefix });
    await streamer.run([file]);
    streamer.close();
  });
  afterEach(async () => {
    client.close();
    await rm(folder, { recursive: true, force: true });
  });

  const desk = () => new EtcdLetterDesk(client, keys);
  const store = () => new EtcdReplayStore(client, keys, 'test', 5, new SeenLog(keys));

  const streaming = async (): Promise<Streaming> => {
    const appends = new EtcdAppendStore(client, keys);
    const log = await appends.open(16, never);
    assert(log.kind === 'answered');
    return {
      log: log.value,
      store: appends,
      claims: new EtcdLaneClaims(client, keys, 'test', 5),
      gauge: undefined,
      encode: segmentEncoder(),
      now: () => instantOfMillis(Date.now()),
      clock: () => performance.now(),
      pause: (ms, signal) => sleep(Math.min(ms, 20), undefined, { signal }),
      report: () => undefined,
      batch: { rows: 500, ms: 1_000 },
      inFlight: 1,
      deadLetters: { count: 1_000, bytes: 1 << 20 },
      speed: 'max',
      splitAbove: Infinity,
      loop: false,
      restamp: false,
    };
  };

  /** As if every streamer had the claim, and as if many answers were lost: half of them after they were applied. */
  const careless = (): ReplayStore => {
    const real = store();
    const lost = { kind: 'unknown', failure: { kind: 'slow', message: 'lost' } } as const;
    return {
      claim: async () => ({ kind: 'answered', value: { lost: never, release: async () => undefined } }),
      follow: (signal) => real.follow(signal),
      pending: (signal) => real.pending(signal),
      letter: (place, signal) => real.letter(place, signal),
      refuse: (pending, reasons, signal) => real.refuse(pending, reasons, signal),
      append: async (append, pending, signal) => {
        if (Math.random() < 0.25) return lost;
        const answer = await real.append(append, pending, signal);
        return Math.random() < 0.5 ? lost : answer;
      },
    };
  };

  const events = async (): Promise<readonly string[]> => {
    const reading = openTestLog(etcd().endpoint, prefix);
    try {
      assert.deepEqual((await verifyLog(reading.log, never)).faults, []);
      const found: string[] = [];
      for await (const one of readLog(reading.log, {}, never)) {
        assert(one.kind === 'event');
        found.push(`${one.row.gpu_id}=${one.row.value}`);
      }
      return found;
    } finally {
      reading.close();
    }
  };

  const askForAll = async () => {
    const places = [];
    for await (const { letter } of deadLetterReader(client, keys).list(never)) {
      places.push(letter);
      const asked = await desk().request(letter, [['value', '7']], instantOfMillis(Date.now()), never);
      assert.deepEqual(asked, { kind: 'answered', value: 'done' });
    }
    assert.equal(places.length, letters);
    return places;
  };

  const standings = async () => {
    const counts = { waiting: 0, settled: 0 };
    for await (const { request, outcome } of deadLetterReader(client, keys).list(never)) {
      if (outcome !== undefined) counts.settled++;
      else if (request?.refused.length === 0) counts.waiting++;
    }
    return counts;
  };

  it('L3: each becomes events once, however many streamers do it at a time and whatever answers are lost', async () => {
    const places = await askForAll();
    const stop = new AbortController();
    const stops = { stop: stop.signal, abandon: never };
    const working = [0, 1, 2].map(async () => replayLetters(careless(), await streaming(), () => undefined, stops));
    const twice = await desk().request(places[0]!, [['value', '8']], instantOfMillis(0), never);
    assert(twice.kind === 'answered' && twice.value !== 'done');
    await eventually('all are settled', async () => (await standings()).settled === letters);
    stop.abort();
    await Promise.all(working);
    const expected = ['good=1', ...Array.from({ length: letters }, (_, n) => `${String(n)}=7`)];
    assert.deepEqual([...(await events())].sort(), expected.sort());
    const discarded = await desk().discard(places[0]!, 'late', instantOfMillis(0), never);
    assert.deepEqual(discarded, { kind: 'answered', value: 'replayed' });
  });

  it('of a replay and a discard at once one counts, and what counts is what stands there', async () => {
    const places = await askForAll();
    const stop = new AbortController();
    const stops = { stop: stop.signal, abandon: never };
    const working = replayLetters(store(), await streaming(), () => undefined, stops);
    const decisions = [];
    for (const place of places) {
      const answer = await desk().discard(place, 'not wanted', instantOfMillis(1), never);
      assert(answer.kind === 'answered');
      decisions.push(answer.value);
    }
    await eventually('all are settled', async () => (await standings()).settled === letters);
    stop.abort();
    await working;
    const replayed = decisions.filter((decision) => decision === 'replayed').length;
    assert.deepEqual(new Set(decisions), new Set(decisions.filter((one) => one === 'done' || one === 'replayed')));
    assert.equal((await events()).length, 1 + replayed);
  });

  it('a row that is refused once more says why, and can be asked for again', async () => {
    const [place] = await (async () => {
      for await (const { letter } of deadLetterReader(client, keys).list(never)) return [letter];
      throw new Error('there is no letter');
    })();
    const stop = new AbortController();
    const working = replayLetters(store(), await streaming(), () => undefined, { stop: stop.signal, abandon: never });
    const standing = async () => {
      const answer = await desk().state(place, never);
      assert(answer.kind === 'answered' && answer.value);
      return answer.value;
    };
    await desk().request(place, [['value', 'still bad']], instantOfMillis(0), never);
    await eventually('it is refused', async () => (await standing()).request?.refused.length === 1);
    assert.match((await standing()).request!.refused[0]!, /value is "still bad"/);
    await desk().request(place, [['no such column', '1']], instantOfMillis(0), never);
    await eventually('so is this', async () => /no column/.test((await standing()).request?.refused[0] ?? ''));
    await desk().request(place, [['value', '9']], instantOfMillis(0), never);
    await eventually('it is replayed', async () => (await standing()).outcome?.kind === 'replayed');
    stop.abort();
    await working;
    assert.equal((await events()).length, 2);
  });

  it('S3: a letter that cannot be read is refused with why, and holds up nothing', async () => {
    const [place] = await askForAll();
    await client.put(keys.deadLetter(place!)).value('{}');
    const unread = await store().letter(place!, never);
    assert.deepEqual(unread, { kind: 'answered', value: undefined });
    await assert.rejects(desk().state(place!, never), new RegExp(keys.deadLetter(place!)));
    const stop = new AbortController();
    const said: string[] = [];
    const stops = { stop: stop.signal, abandon: never };
    const working = replayLetters(store(), await streaming(), (line) => said.push(line), stops);
    await eventually('all are decided', () => said.length === letters);
    stop.abort();
    await working;
    assert.equal(said.filter((line) => line.includes('cannot be read by this version')).length, 1);
    assert.equal(said.filter((line) => line.includes('became')).length, letters - 1);
  });
});
