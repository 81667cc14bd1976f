import { Gauge, type Registry } from 'prom-client';
import { spaceState } from '../../domain/store-space.js';
import { type Pipeline } from '../queries/pipeline.js';
import { type Serving } from '../serving.js';
import { type Fullness } from './gateway-health.js';

/** Milliseconds that a scrape waits for etcd; without an answer the figures are left out. */
const patienceMs = 2_000;

/** What one scrape shows: what etcd has just told, and what it last told of its space. */
interface Seen extends Pipeline {
  readonly fullness: Fullness | undefined;
}

type Figure = readonly [name: string, help: string, of: (seen: Seen) => number | undefined];

const figures: readonly Figure[] = [
  ['telemetry_dead_letters', 'Rows kept as dead letters.', ({ deadLetters }) => deadLetters],
  ['telemetry_database_used_bytes', 'Bytes in use in etcd, on its fullest member.', ({ space }) => space?.usedBytes],
  ['telemetry_database_file_bytes', 'Bytes of its file, free pages included.', ({ space }) => space?.fileBytes],
  ['telemetry_database_quota_bytes', 'Bytes that etcd may use.', ({ space }) => space?.quotaBytes],
  [
    'telemetry_database_space_state',
    '0 when etcd has room, 1 when it is nearly full and streamers wait, 2 when it is full and takes no writes.',
    ({ fullness }) => fullness && ['ok', 'nearly-full', 'full'].indexOf(spaceState(fullness.space, fullness.alarmed)),
  ],
];

/** What a gateway asks etcd for at each scrape, once for all of it. */
export const gaugePipeline = (registry: Registry, serving: Serving): void => {
  let asking: Promise<Pipeline | undefined> | undefined;
  const ask = (): Promise<Pipeline | undefined> =>
    (asking ??= serving
      .gateway()
      .pipeline(AbortSignal.timeout(patienceMs))
      .catch(() => undefined)
      .finally(() => (asking = undefined)));
  for (const [name, help, of] of figures)
    new Gauge({
      name,
      help,
      registers: [registry],
      async collect() {
        const pipeline = await ask();
        const value = pipeline && of({ ...pipeline, fullness: serving.fullness });
        if (value === undefined) this.remove();
        else this.set(value);
      },
    });
};
