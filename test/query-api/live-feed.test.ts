import assert from 'node:assert/strict';
import {
  type Epoch,
  type GpuUuid,
  type Lane,
  type MetricName,
  type Partition,
  type Sequence,
} from '../../domain/ids.js';
import { type LogBatch, type LogEntry } from '../../domain/log-entry.js';
import { type LogIdentity } from '../../domain/log-identity.js';
import { type Revision } from '../../domain/revision.js';
import { encodeSegment } from '../../domain/segment/encode.js';
import { behindRevision } from '../../query-api/live/live-cursor.js';
import { LiveFeed } from '../../query-api/live/live-feed.js';
import { type LiveUpdate } from '../../query-api/live/live-update.js';
import { never } from '../support/never.js';
import { segmentOf } from './support/made-rows.js';

const identity = { log_id: 'test-log', epoch: 0, partitions: 4, format: 1 } as LogIdentity;

/** A segment with so many updates. */
const entryAt = (revision: number, updates: number): LogEntry => {
  const rows = Array.from({ length: updates }, (_, i) => ({ uuid: `GPU-${i}`, at: '2025-07-18T20:42:01Z' }));
  return {
    ...{ partition: 1 as Partition, lane: 0 as Lane, sequence: revision as Sequence },
    ...{ revision: BigInt(revision) as Revision, key: `/telemetry/log/1/00/${revision}` },
    bytes: encodeSegment(segmentOf('c1', '2025-07-18T20:42:01Z', revision, rows)),
  };
};

/** A log to which somebody appends whenever the feed's reader waits for it. */
class BusyLog {
  readonly entries: LogEntry[] = [];
  readonly #sizes: number[] = [];
  followed = 0n as Revision;
  listings = 0;
  stoppedAt: Revision | undefined;
  readonly stopOf = () => (this.stoppedAt === undefined ? undefined : { revision: this.stoppedAt });
  readonly feed = new LiveFeed(identity, this, this);

  /** @param each updates of each segment, one after another */
  append(...each: readonly number[]): void {
    for (const updates of each) {
      const entry = entryAt(this.entries.length + 1, updates);
      this.entries.push(entry);
      this.#sizes.push(updates);
      this.followed = entry.revision;
      this.feed.publish({ entries: [entry], through: entry.revision, live: true });
    }
  }

  placesBehindTheFirst(): readonly string[] {
    return this.#sizes.flatMap((updates, i) =>
      i === 0 ? [] : Array.from({ length: updates }, (_, place) => `${i + 1}.${place}`),
    );
  }

  /** What is appended while one listing is under way. */
  meanwhile: () => void = () => this.append(1);

  async *list(_scope: unknown, from: Revision, to: Revision): AsyncGenerator<LogBatch, void, undefined> {
    this.listings++;
    for (const entry of this.entries.filter(({ revision }) => revision >= from && revision <= to)) {
      await Promise.resolve();
      this.meanwhile();
      yield { entries: [entry], through: entry.revision, live: false };
    }
    this.meanwhile();
  }
}

const placeOf = ({ cursor }: LiveUpdate): string => `${cursor.revision}.${cursor.place}`;

/** Takes all that comes behind the first revision until it is caught up, and what is published then. */
const resumed = async (log: BusyLog, onTaken: () => void): Promise<readonly string[]> => {
  const taken: string[] = [];
  const after = behindRevision(0 as Epoch, 1n as Revision);
  const take = (updates: readonly LiveUpdate[]): void => void taken.push(...updates.map(placeOf));
  const caughtUp = (): void => void log.feed.subscribe({}, take, after);
  for await (const updates of log.feed.since(after, {}, caughtUp, never)) {
    take(updates);
    onTaken();
  }
  log.append(1);
  return taken;
};

describe('a live feed', () => {
  it('looks for what many want of the same once, and gives all of them the same', () => {
    const log = new BusyLog();
    const metrics = () => new Set(['DCGM_FI_DEV_GPU_UTIL' as MetricName]);
    const given: (readonly LiveUpdate[])[] = [];
    for (let n = 0; n < 3; n++) log.feed.subscribe({ metrics: metrics() }, (updates) => given.push(updates));
    const end = log.feed.subscribe({ uuid: 'GPU-0' as GpuUuid }, (updates) => given.push(updates));
    log.append(2);
    assert.deepEqual(
      given.map((updates) => updates.map(placeOf)),
      [['1.0', '1.1'], ['1.0', '1.1'], ['1.0', '1.1'], ['1.0']],
    );
    assert.equal(new Set(given).size, 2);
    end();
    end();
    assert.equal(log.feed.subscribers, 3);
    log.append(1);
    assert.equal(given.length, 7);
  });

  it('Q4: leaves out for each what it has had', () => {
    const log = new BusyLog();
    const shown: string[] = [];
    const after = { epoch: 0 as Epoch, revision: 1n as Revision, partition: 1 as Partition, place: 0 };
    log.feed.subscribe({}, (updates) => shown.push(...updates.map((update) => `all ${placeOf(update)}`)));
    log.feed.subscribe({}, (updates) => shown.push(...updates.map((update) => `rest ${placeOf(update)}`)), after);
    log.append(2, 1);
    assert.deepEqual(shown, ['all 1.0', 'all 1.1', 'rest 1.1', 'all 2.0', 'rest 2.0']);
  });
});

describe('a resumed live feed', () => {
  it('Q4: catches up after one listing while the log is written all the time', async () => {
    const log = new BusyLog();
    log.append(1, 2, 1);
    let most = 50;
    const taken = await resumed(log, () => {
      if (most-- > 0) log.append(1);
    });
    assert.equal(log.listings, 1);
    assert.deepEqual(taken, log.placesBehindTheFirst());
  });

  it('Q5: holds a bounded part of what comes meanwhile, and reads the rest from the log', async () => {
    const log = new BusyLog();
    log.append(1, 1);
    let listings = 0;
    log.meanwhile = () => {
      if (log.listings === listings) return;
      listings = log.listings;
      if (listings === 1) log.append(10_001, 1);
    };
    let once = true;
    const taken = await resumed(log, () => {
      if (log.listings < 2 || !once) return;
      once = false;
      log.append(3);
    });
    assert.equal(log.listings, 2);
    assert.deepEqual(taken, log.placesBehindTheFirst());
  });

  it('Q4: goes on where it stood when what it holds comes to too much while it is taken', async () => {
    const log = new BusyLog();
    log.append(1, 1);
    log.meanwhile = () => undefined;
    let taken = 0;
    const places = await resumed(log, () => {
      taken++;
      if (taken === 1) log.append(1, 1);
      if (taken === 2) log.append(10_001, 1);
    });
    assert.equal(log.listings, 2);
    assert.deepEqual(places, log.placesBehindTheFirst());
  });

  it('L6, Q4: leaves out what stands behind a stop, and lets cursors from in between expire when it is served', async () => {
    const log = new BusyLog();
    log.meanwhile = () => undefined;
    log.append(1, 1);
    log.stoppedAt = 3n as Revision;
    const shown: string[] = [];
    log.feed.subscribe({}, (updates) => shown.push(...updates.map(placeOf)));
    log.append(1, 1);
    assert.deepEqual(shown, []);
    assert.deepEqual(await resumed(log, () => undefined), ['2.0']);
    log.stoppedAt = undefined;
    log.feed.resumable.cameBehind(3n as Revision);
    const [seen, before] = [4n, 2n].map((at) => behindRevision(0 as Epoch, at as Revision));
    assert.equal(log.feed.resumable.expiry(seen!), 'passed');
    assert.deepEqual(log.feed.resumable.oldestFor(seen!), before);
    assert.equal(log.feed.resumable.expiry(before!), undefined);
    log.append(1);
    assert.equal(log.feed.resumable.expiry(behindRevision(0 as Epoch, log.followed)), undefined);
  });
});
