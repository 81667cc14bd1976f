import { type ReadBlock } from '../../../../commands/source/read-block.js';
import { type IdentifiedSource, type ReadStart } from '../../../../commands/source/source.js';
import { type ClusterId, type GpuUuid, type Hostname, type MetricName, type SourceId } from '../../../../domain/ids.js';
import { type Instant } from '../../../../domain/instant.js';
import { type Series } from '../../../../domain/segment/segment.js';
import { seriesList } from '../../../support/series-list.js';
import { type Chance } from './chance.js';

const cluster = 'simulated' as ClusterId;

const hosts = Array.from({ length: 5 }, (_, host): Series => ({
  metric: 'DCGM_FI_DEV_GPU_UTIL' as MetricName,
  gpuIndex: '0',
  device: 'nvidia0',
  uuid: `GPU-${String(host)}` as GpuUuid,
  modelName: '',
  hostname: `host-${String(host)}` as Hostname,
  container: '',
  pod: '',
  namespace: '',
  labels: '',
  extra: [],
}));
const series = seriesList(hosts);

/** Row `i` is one byte of text, from `i` to `i + 1`; its value is `i`. Every seventh row is refused. */
export const isRefused = (row: number): boolean => row % 7 === 3;

const stretch = { length: 1, sha256: 'simulated' };

const block = (from: number, to: number, drained: boolean): ReadBlock => {
  const rows = Array.from({ length: to - from }, (_, i) => from + i);
  const good = rows.filter((row) => !isRefused(row));
  const refused = rows.filter(isRefused);
  return {
    series,
    times: [{ at: 0n as Instant, text: undefined }],
    seriesAt: Uint32Array.from(good, (row) => row % series.length),
    timeAt: new Uint32Array(good.length),
    values: Float64Array.from(good),
    texts: new Map(),
    rejected: refused.map((row) => ({ offset: row, row, reasons: ['it is'], raw: undefined, length: 1, sha256: '' })),
    from,
    to,
    rows: rows.length,
    nextRow: to + 1,
    drained,
    newBytes: 0,
  };
};

/** A source of so many rows, read in random blocks. */
export const sourceOf = (id: SourceId, rows: number, chance: Chance, turn: () => Promise<void>): IdentifiedSource => ({
  kind: 'identified',
  id,
  cluster,
  path: id,
  form: 'long',
  columns: ['value'],
  start: { offset: 0, row: 1 },
  ranged: undefined,
  read: async (from, _, signal): Promise<ReadStart> => {
    let at = from?.offset ?? 0;
    return {
      kind: 'reading',
      async *blocks() {
        while (at < rows && !signal.aborted) {
          if (chance.happens(0.3)) await turn();
          const to = Math.min(rows, at + chance.between(1, 3));
          const next = block(at, to, chance.happens(0.3));
          at = to;
          yield next;
        }
      },
      covered: () => ({ first: stretch, last: stretch }),
      progress: () => ({ readBytes: at, sizeBytes: rows }),
      end: () => (at === rows ? { kind: 'ended' } : { kind: 'aborted' }),
    };
  },
  settled: () => undefined,
  unsettled: () => undefined,
});
