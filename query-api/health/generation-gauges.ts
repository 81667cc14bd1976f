import { Gauge, type Registry } from 'prom-client';
import { type ProjectionRow } from '../../domain/projection-row.js';
import { type Serving } from '../serving.js';

/** Milliseconds that a scrape waits for etcd; without an answer the figures are left out. */
const patienceMs = 2_000;

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

/** How far each generation is, those that are being built among them, asked for at each scrape, once for all of it. */
export const gaugeGenerations = (registry: Registry, serving: Serving): void => {
  let asking: Promise<readonly ProjectionRow[]> | undefined;
  const ask = (): Promise<readonly ProjectionRow[]> =>
    (asking ??= serving
      .gateway()
      .projections(AbortSignal.timeout(patienceMs))
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
