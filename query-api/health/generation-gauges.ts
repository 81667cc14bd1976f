import { Gauge, type Registry } from 'prom-client';
import { type ProjectionRow } from '../../domain/projection-row.js';
import { type ListProjections } from '../queries/list-projections.js';

/** Milliseconds that a scrape waits for etcd; without an answer the figures are left out. */
const usualPatience = 2_000;

type Figure = readonly [name: string, help: string, of: (row: ProjectionRow) => number];

const figures: readonly Figure[] = [
  [
    'telemetry_generation_lag_segments',
    'Segments in the log that a generation has not folded; of history, those of runs that have ended and are not written.',
    ({ lag_segments }) => lag_segments,
  ],
  ['telemetry_generation_events', 'Events that a generation has folded.', ({ events }) => events],
  ['telemetry_generation_partitions', 'Partitions that a generation has to fold.', ({ partitions }) => partitions],
  [
    'telemetry_generation_partitions_done',
    'Partitions that a generation has folded to their end.',
    ({ partitions_done }) => partitions_done,
  ],
];

/** What comes in time, and nothing otherwise: a count that others wait for, too, may go on for longer. */
const inTime = async (
  rows: Promise<readonly ProjectionRow[]>,
  patienceMs: number,
): Promise<readonly ProjectionRow[]> => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<readonly ProjectionRow[]>((resolve) => {
    timer = setTimeout(() => resolve([]), patienceMs);
  });
  return Promise.race([rows, late]).finally(() => clearTimeout(timer));
};

/** How far each generation is, those that are being built among them, asked for at each scrape, once for all of it. */
export const gaugeGenerations = (registry: Registry, list: ListProjections, patienceMs = usualPatience): void => {
  let asking: Promise<readonly ProjectionRow[]> | undefined;
  const ask = (): Promise<readonly ProjectionRow[]> =>
    (asking ??= inTime(list(AbortSignal.timeout(patienceMs)), patienceMs)
      .catch(() => [])
      .finally(() => (asking = undefined)));
  for (const [name, help, of] of figures)
    new Gauge({
      name,
      help,
      labelNames: ['projection', 'generation', 'state'],
      registers: [registry],
      async collect() {
        const rows = await ask();
        this.reset();
        for (const row of rows)
          this.set({ projection: row.name, generation: row.generation, state: row.state }, of(row));
      },
    });
};
