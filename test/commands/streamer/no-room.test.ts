import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { type AppendStore, type LaneClaim } from '../../../commands/append/append-port.js';
import { standardInput } from '../../../commands/streamer/source-outcome.js';
import { streamAll } from '../../../commands/streamer/streamer.js';
import { type StreamerEvent } from '../../../commands/streamer/streamer-event.js';
import { type Streaming } from '../../../commands/streamer/streaming.js';
import { type AppendAnswer } from '../../../domain/append.js';
import { type Epoch, type Lane, type Sequence, type SourceId } from '../../../domain/ids.js';
import { instantOfMillis } from '../../../domain/instant.js';
import { type Revision } from '../../../domain/revision.js';
import { segmentEncoder } from '../../../domain/segment/encode.js';
import { type StoreAnswer } from '../../../domain/store-answer.js';
import { type StoreSpace } from '../../../domain/store-space.js';
import { never } from '../../support/never.js';
import { Chance } from './simulation/chance.js';
import { sourceOf } from './simulation/rows.js';

const id = 'a'.repeat(32) as SourceId;
const roomy: StoreSpace = { usedBytes: 0, fileBytes: 0, quotaBytes: 100 };
const full: StoreSpace = { usedBytes: 99, fileBytes: 99, quotaBytes: 100 };
/** Questions before the first append is sent: one ahead, and one since its answer is old. */
const beforeFirst = 2;
/** Asks the guard before every append: an hour passes between any two looks at the clock. */
const hasty = () => {
  let now = 0;
  return () => (now += 3_600_000);
};

/** Waits until the signal aborts, as a pause or a question that takes long does. */
const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const end = () => reject(signal.reason as Error);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });

interface Etcd {
  readonly answer: () => Promise<StoreAnswer<AppendAnswer>>;
  readonly space: (signal: AbortSignal) => Promise<StoreSpace>;
}

const streamingTo = (etcd: Etcd, report: (event: StreamerEvent) => void): Streaming => {
  const store: AppendStore = {
    open: () => Promise.reject(new Error('not asked here')),
    readCheckpoint: async () => ({ kind: 'answered', value: undefined }),
    readHeads: async () => ({ kind: 'answered', value: [0, 0, 0] as Sequence[] }),
    writePlan: () => Promise.reject(new Error('not asked here')),
    writeLetterCounts: () => Promise.reject(new Error('not asked here')),
    append: () => etcd.answer(),
  };
  const claim: LaneClaim = {
    ...{ lane: 0 as Lane, revision: 1n as Revision, lost: never, release: async () => undefined },
    takeSource: async (taken) => ({ kind: 'answered', value: { source: taken, revision: 1n as Revision } }),
    giveSource: async () => ({ kind: 'answered', value: undefined }),
  };
  return {
    log: { log_id: 'log', epoch: 0 as Epoch, partitions: 3, format: 1 },
    store,
    claims: {
      claim: async () => ({ kind: 'answered', value: claim }),
      sourcesTaken: async () => ({ kind: 'answered', value: new Set() }),
    },
    gauge: { read: async (signal) => ({ kind: 'answered', value: await etcd.space(signal) }) },
    encode: segmentEncoder(),
    now: () => instantOfMillis(0),
    clock: hasty(),
    pause: (_, signal) => untilAborted(signal),
    report,
    batch: { rows: 1, ms: Infinity },
    inFlight: 4,
    deadLetters: { count: 1000, bytes: 1e6 },
    speed: 'max',
    splitAbove: Infinity,
    loop: false,
    restamp: false,
  };
};

/** Its text can be read once only, and was read whole. */
const once = { unsettled: () => ({ bytes: 12, lines: 12 }) };
const source = (path: string, text = {}) => ({
  path,
  open: async () => ({ ...sourceOf(id, 12, new Chance(1), async () => undefined), path, ...text }),
});
const lost = /^12 bytes \(12 lines\) were read from standard input and are not known to be appended/;
const wishes = { again: false, loop: false, follow: false };

describe('appending while etcd has no room', () => {
  it('L8: what etcd refuses for good is the reason given, also when it comes while room is asked for', async () => {
    let asked = 0;
    const streaming = streamingTo(
      {
        answer: async () => {
          await turn();
          return { kind: 'unknown', failure: { kind: 'refused', message: 'this user may not write' } };
        },
        space: async (signal) => (asked++ < beforeFirst ? roomy : untilAborted(signal)),
      },
      () => undefined,
    );
    await assert.rejects(streamAll([source('a.csv')], wishes, streaming, { stop: never, abandon: never }), {
      message: 'this user may not write',
    });
  });

  it('L3, S1: fenced and told to stop at once while it waits for room, it says what standard input loses', async () => {
    let asked = 0;
    const events: string[] = [];
    const stop = new AbortController();
    const streaming = streamingTo(
      {
        answer: async () => {
          await turn();
          const value = { kind: 'refused', claim: 1n as Revision, checkpoint: 'other', segment: undefined } as const;
          return { kind: 'answered', value };
        },
        space: async () => (asked++ < beforeFirst ? roomy : full),
      },
      ({ kind }) => {
        events.push(kind);
        if (kind === 'fenced') stop.abort();
      },
    );
    const stops = { stop: stop.signal, abandon: never };
    const [only] = await streamAll([source(standardInput, once)], wishes, streaming, stops);
    assert.equal(only!.outcome.kind, 'stopped');
    assert.match(only!.outcome.message, lost);
    assert.ok(events.includes('waiting') && events.includes('fenced'), events.join());
  });

  it('S1: told to stop while it waits, it stops, and says what standard input loses by that', async () => {
    const stop = new AbortController();
    const streaming = streamingTo(
      { answer: () => assert.fail('there is no room'), space: async () => full },
      ({ kind }) => {
        if (kind === 'waiting') stop.abort();
      },
    );
    const stops = { stop: stop.signal, abandon: never };
    const [only] = await streamAll([source(standardInput, once)], wishes, streaming, stops);
    assert.equal(only!.outcome.kind, 'stopped');
    assert.match(only!.outcome.message, lost);
  });
});
