import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { streamAll } from '../../../commands/streamer/streamer.js';
import { type Streaming } from '../../../commands/streamer/streaming.js';
import { type Streamable } from '../../../commands/streamer/visit.js';
import { instantOfMillis } from '../../../domain/instant.js';
import { segmentEncoder } from '../../../domain/segment/encode.js';
import { WrittenDictionaries } from '../../../domain/segment/written-dictionaries.js';
import { EtcdAppendStore } from '../../../infra/etcd/append-store.js';
import { createClient } from '../../../infra/etcd/client.js';
import { Keys } from '../../../infra/etcd/keys.js';
import { EtcdLaneClaims } from '../../../infra/etcd/lane-claims.js';
import { startBenchEtcd } from '../bench-etcd.js';
import { countBack, rowsOf, usualExport, writeBenchExport } from '../bench-import.js';
import { type Figure, type Place, spreadOf } from '../figure.js';
import { sourceInMemory } from '../source-in-memory.js';
import { never } from '../../support/never.js';

/** Puts that are under way at a time: more of them do not make etcd faster. */
const inFlight = 256;
const putSeconds = 3;
const event = JSON.stringify({
  ...{ metric: 'DCGM_FI_DEV_GPU_UTIL', uuid: 'GPU-84cff028-0fed-77c9-6f0a-c09e0736057e', gpu: '0' },
  ...{ hostname: 'dgx-h100-012', modelName: 'NVIDIA H100 80GB HBM3', at: '2025-01-15T09:30:00Z', value: 71 },
});

/** Events a second when each is a put of its own: the design that segments replace. */
const putsPerSecond = async (endpoint: string, atOnce: number): Promise<number> => {
  const client = createClient({ endpoints: [endpoint], deadlineMs: 30_000 });
  const started = performance.now();
  let puts = 0;
  const putOn = async (): Promise<void> => {
    while (performance.now() - started < putSeconds * 1_000) await client.put(`/events/${String(puts++)}`).value(event);
  };
  await Promise.all(Array.from({ length: atOnce }, putOn));
  client.close();
  return puts / ((performance.now() - started) / 1_000);
};

/** Events a second when rows that are in memory are dealt, encoded and appended as a streamer does it. */
const eventsPerSecond = async (endpoint: string, source: Streamable): Promise<number> => {
  const [client, keys] = [createClient({ endpoints: [endpoint] }), new Keys()];
  const store = new EtcdAppendStore(client, keys);
  const log = await store.open(16, never);
  assert.ok(log.kind === 'answered');
  const dictionaries = new WrittenDictionaries();
  let events = 0;
  const streaming: Streaming = {
    ...{ log: log.value, store, claims: new EtcdLaneClaims(client, keys, 'bench', 5), gauge: undefined },
    encode: segmentEncoder(undefined, dictionaries),
    now: () => instantOfMillis(Date.now()),
    clock: () => performance.now(),
    pause: (ms, signal) => sleep(ms, undefined, { signal }),
    report: (told) => (events += told.kind === 'appended' ? told.events : 0),
    ...{ batch: { rows: 250_000, ms: 2_000 }, inFlight: 4, deadLetters: { count: 0, bytes: 0 } },
    ...{ speed: 'max', splitAbove: Infinity, loop: false, restamp: false },
  };
  const started = performance.now();
  const stops = { stop: never, abandon: never };
  await streamAll([source], { again: false, loop: false, follow: false }, streaming, stops);
  const seconds = (performance.now() - started) / 1_000;
  client.close();
  return events / seconds;
};

const exported = { ...usualExport, steps: 810 };

const measure = async (place: Place, rounds: number): Promise<readonly number[]> => {
  const path = await writeBenchExport(place, exported);
  const source = await sourceInMemory(path);
  await rm(path);
  const ratios: number[] = [];
  const alone: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const etcd = await startBenchEtcd(place.folder);
    try {
      const appended = await eventsPerSecond(etcd.endpoint, source);
      await countBack(etcd.endpoint, rowsOf(exported));
      const puts = await putsPerSecond(etcd.endpoint, inFlight);
      alone.push(appended / (await putsPerSecond(etcd.endpoint, 1)));
      ratios.push(appended / puts);
      place.say(`${(appended / 1e6).toFixed(2)}M events/s appended, ${puts.toFixed(0)} puts/s`);
    } finally {
      await etcd.stop();
    }
  }
  place.say(`${spreadOf(alone).median.toFixed(0)} times one put after the other`);
  return ratios;
};

/** Both begin with events in memory, and end when etcd has them on its disk. */
export const putPerEvent: Figure = {
  name: 'put-per-event',
  what: `two million rows in memory, dealt, encoded and appended, events a second, against one etcd put for each event, ${String(inFlight)} at a time`,
  ...{ unit: 'times', better: 'more', atLeast: 500, aim: 1_000, measure },
};
