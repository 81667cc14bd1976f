import { startBenchEtcd } from '../bench-etcd.js';
import { countBack, importArguments, rowsOf, usualExport, writeBenchExport } from '../bench-import.js';
import { type Figure, type Place, spreadOf } from '../figure.js';
import { timeProcess } from '../timed-process.js';

/** How many share the file; the first is what the others are held against. */
const crews = [1, 2, 4] as const;
/** Passes of 2,470 rows: 4,001,400 of them, 1.7 GB, 26 ranges. */
const fileOptions = { ...usualExport, steps: 1_620 };

/** Seconds until the last of so many streamers of one file has ended, all started at once. */
const importBy = async (place: Place, path: string, streamers: number): Promise<number> => {
  const etcd = await startBenchEtcd(place.folder);
  try {
    const args = importArguments(path, etcd.endpoint);
    const runs = Array.from({ length: streamers }, () => timeProcess(args));
    const seconds = Math.max(...(await Promise.all(runs)).map((run) => run.seconds));
    await countBack(etcd.endpoint, rowsOf(fileOptions));
    return seconds;
  } finally {
    await etcd.stop();
  }
};

const measure = async (place: Place, rounds: number): Promise<readonly number[]> => {
  const path = await writeBenchExport(place, fileOptions);
  const took = new Map<number, number[]>(crews.map((crew) => [crew, []]));
  for (let round = 0; round < rounds; round++)
    for (const crew of crews) took.get(crew)!.push(await importBy(place, path, crew));
  for (const [crew, seconds] of took) {
    const { median, least, most } = spreadOf(seconds);
    place.say(`${String(crew)} at once: ${median.toFixed(1)} s (${least.toFixed(1)} to ${most.toFixed(1)})`);
  }
  return took.get(1)!.map((alone, round) => alone / Math.max(took.get(2)![round]!, took.get(4)![round]!));
};

export const moreStreamers: Figure = {
  name: 'more-streamers',
  what: 'four million rows shared by two streamers or four, whichever is slower, against one',
  ...{ unit: 'times one streamer', better: 'more', atLeast: 1, aim: 1.3, measure },
  inTheWay:
    'one streamer uses both processors: it reads in a thread of its own, and the system, etcd and its start take the rest. ' +
    'Each further one adds a cold start to processors that are full, and reads ahead what another may claim.',
};
