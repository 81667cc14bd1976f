import { setTimeout as pause } from 'node:timers/promises';
import { type ExportOptions } from '../../../data/passes.js';
import { eventually } from '../../support/eventually.js';
import { peakMegabytes } from '../../support/peak-megabytes.js';
import { usualExport, writeBenchExport } from '../bench-import.js';
import { type Figure, type Place } from '../figure.js';
import { processorSeconds, type SystemFigures, type WholeSystem, withSystem } from '../whole-system.js';

/** 100,000 events a second. */
const fleet: ExportOptions = { ...usualExport, gpus: 10_000, hosts: 1_250, interval: 1, steps: 10 };
const seconds = 300;
const lookEveryMs = 500;
/** GPUs whose age is looked at: every so-manieth of the first answer. */
const watched = 8;

interface Gpu {
  readonly uuid: string;
  readonly last_seen: string;
}

const gpusOf = async (origin: string): Promise<readonly Gpu[]> => {
  const response = await fetch(`${origin}/api/v1/gpus?limit=${String(fleet.gpus)}`).catch(() => undefined);
  if (response?.status !== 200) return [];
  return ((await response.json()) as { readonly data: readonly Gpu[] }).data;
};

/** Seconds from the newest sample of a GPU, as the API gives it, to now: a second of it is the time between two. */
const ageOf = async (origin: string, uuid: string): Promise<number> => {
  const response = await fetch(`${origin}/api/v1/gpus/${uuid}`);
  const { data } = (await response.json()) as { readonly data: Gpu };
  return (Date.now() - Date.parse(data.last_seen)) / 1_000;
};

const watch = async (origin: string, uuids: readonly string[], look: () => Promise<void>): Promise<number> => {
  let oldest = 0;
  for (const end = Date.now() + seconds * 1_000; Date.now() < end;) {
    oldest = Math.max(oldest, ...(await Promise.all(uuids.map((uuid) => ageOf(origin, uuid)))));
    await look();
    await pause(lookEveryMs);
  }
  return oldest;
};

const describeProcesses = async ({ processes }: SystemFigures): Promise<string> => {
  const told = processes.map(async ({ role, pid }) => {
    const [megabytes, used] = [await peakMegabytes(pid), await processorSeconds(pid)];
    return `${role} ${megabytes.toFixed(0)} MB, ${used.toFixed(0)} s of a core`;
  });
  return (await Promise.all(told)).join('; ');
};

const observe = async (place: Place, system: WholeSystem): Promise<number> => {
  const origin = (await system.figures()).gateways[0]!;
  let gpus: readonly Gpu[] = [];
  const all = async () => (gpus = await gpusOf(origin)).length === fleet.gpus;
  await eventually('all GPUs are there', all, { withinMs: 120_000, everyMs: 1_000 });
  const uuids = gpus.filter((_, n) => n % Math.ceil(gpus.length / watched) === 0).map(({ uuid }) => uuid);
  const begun = await system.figures();
  let [largest, lookAt] = [0, 0];
  const oldest = await watch(origin, uuids, async () => {
    if (Date.now() < lookAt) return;
    lookAt = Date.now() + 10_000;
    largest = Math.max(largest, (await system.figures()).etcd.db_bytes);
  });
  const ended = await system.figures();
  const rate = (ended.log.events - begun.log.events) / seconds;
  place.say(`${rate.toFixed(0)} events a second are kept in the log, over ${String(seconds)} s`);
  place.say(await describeProcesses(ended));
  place.say(`etcd's file ${(largest / 1e6).toFixed(0)} MB of ${(ended.etcd.quota_bytes / 1e6).toFixed(0)} MB at most`);
  return oldest;
};

const measure = async (place: Place): Promise<readonly number[]> => {
  const source = await writeBenchExport(place, fleet);
  const values: number[] = [];
  await withSystem(place, source, async (system) => void values.push(await observe(place, system)));
  return values;
};

/** A large fleet on one small machine, for so long that what grows without bound would show; measured once. */
export const fleetFigure: Figure = {
  name: 'fleet',
  what: 'the greatest age of a sample in five minutes of 10,000 GPUs × 10 metrics at 1 Hz, all processes on this machine',
  ...{ unit: 's', better: 'less', atLeast: 3, aim: 2, measure },
  inTheWay:
    'a second of it is the time between two samples. It is greatest when the file begins again, and the streamer learns its ' +
    '100,000 series anew: 1.9 s where the machine does nothing else, while all processes together take nine tenths of one core.',
};
