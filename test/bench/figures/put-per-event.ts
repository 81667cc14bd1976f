import { createClient } from '../../../infra/etcd/client.js';
import { startBenchEtcd } from '../bench-etcd.js';
import { importArguments, usualExport, writeBenchExport } from '../bench-import.js';
import { type Figure, type Place } from '../figure.js';
import { timeProcess } from '../timed-process.js';

/** Puts that are under way at a time: more of them do not make etcd faster. */
const inFlight = 256;
const putSeconds = 3;
const event = JSON.stringify({
  ...{ metric: 'DCGM_FI_DEV_GPU_UTIL', uuid: 'GPU-84cff028-0fed-77c9-6f0a-c09e0736057e', gpu: '0' },
  ...{ hostname: 'dgx-h100-012', modelName: 'NVIDIA H100 80GB HBM3', at: '2025-01-15T09:30:00Z', value: 71 },
});

/** Events a second when each is a put of its own: the design that segments replace. */
const putsPerSecond = async (endpoint: string): Promise<number> => {
  const client = createClient({ endpoints: [endpoint], deadlineMs: 30_000 });
  const started = performance.now();
  let puts = 0;
  const putOn = async (): Promise<void> => {
    while (performance.now() - started < putSeconds * 1_000) await client.put(`/events/${String(puts++)}`).value(event);
  };
  await Promise.all(Array.from({ length: inFlight }, putOn));
  client.close();
  return puts / ((performance.now() - started) / 1_000);
};

const measure = async (place: Place, rounds: number): Promise<readonly number[]> => {
  const path = await writeBenchExport(place, { ...usualExport, steps: 200 });
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const etcd = await startBenchEtcd(place.folder);
    try {
      const { stdout } = await timeProcess(importArguments(path, etcd.endpoint));
      const { events, seconds } = JSON.parse(stdout) as { readonly events: number; readonly seconds: number };
      const puts = await putsPerSecond(etcd.endpoint);
      ratios.push(events / seconds / puts);
      place.say(`${(events / seconds / 1e6).toFixed(2)}M events/s appended, ${puts.toFixed(0)} puts/s`);
    } finally {
      await etcd.stop();
    }
  }
  return ratios;
};

export const putPerEvent: Figure = {
  name: 'put-per-event',
  what: 'events a second of our append, against one etcd put for each event',
  ...{ unit: 'times', better: 'more', atLeast: 500, aim: 1_000, measure },
  inTheWay: 'the rate of our append is that of the import, whose one thread is in the way.',
};
