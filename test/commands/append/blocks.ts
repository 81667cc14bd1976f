import { type ReadBlock, type RejectedRecord } from '../../../commands/source/read-block.js';
import { type Covered } from '../../../commands/source/source.js';
import { type GpuUuid, type Hostname, type MetricName } from '../../../domain/ids.js';
import { type Instant } from '../../../domain/instant.js';
import { type ObservedTime, type Series } from '../../../domain/segment/segment.js';
import { type SeriesList } from '../../../domain/segment/series-list.js';
import { seriesList } from '../../support/series-list.js';

/** A series of its own for each number; every fourth has the host of the one before it. */
export const seriesNumber = (number: number): Series => ({
  metric: 'DCGM_FI_DEV_GPU_UTIL' as MetricName,
  gpuIndex: String(number),
  device: `nvidia${String(number)}`,
  uuid: `GPU-${String(number)}` as GpuUuid,
  modelName: 'H100',
  hostname: `host-${String(number % 4 === 3 ? number - 1 : number)}` as Hostname,
  container: '',
  pod: '',
  namespace: '',
  labels: '',
  extra: [],
});

/** One accepted row: its series by number, its time, its value, and its text where the value does not tell it. */
export interface Row {
  readonly series: number;
  readonly time: bigint;
  readonly timeText?: string | undefined;
  readonly value: number;
  readonly text?: string | undefined;
}

/** The dictionary of a reader that has met so many series. */
export const dictionaryOf = (count: number): SeriesList =>
  seriesList(Array.from({ length: count }, (_, n) => seriesNumber(n)));

export const rejectedAt = (offset: number, raw = 'bad'): RejectedRecord => ({
  offset,
  row: offset,
  reasons: ['the value is empty'],
  raw: Buffer.from(raw),
  length: raw.length,
  sha256: 'hash',
});

export interface BlockOf {
  readonly series: SeriesList;
  readonly rows: readonly Row[];
  readonly from: number;
  readonly to: number;
  readonly rejected?: readonly RejectedRecord[];
  readonly drained?: boolean;
}

export const blockOf = ({ series, rows, from, to, rejected = [], drained = false }: BlockOf): ReadBlock => {
  const times: ObservedTime[] = [];
  const timeAt = rows.map(({ time, timeText }) => {
    const found = times.findIndex(({ at, text }) => at === time && text === timeText);
    return found >= 0 ? found : times.push({ at: time as Instant, text: timeText }) - 1;
  });
  return {
    series,
    times,
    seriesAt: Uint32Array.from(rows, (row) => row.series),
    timeAt: Uint32Array.from(timeAt),
    values: Float64Array.from(rows, (row) => row.value),
    texts: new Map(rows.flatMap(({ text }, i) => (text === undefined ? [] : [[i, text] as const]))),
    rejected,
    from,
    to,
    rows: rows.length + rejected.length,
    nextRow: 1 + to,
    drained,
    newBytes: 0,
  };
};

export const coveredBy = (to: number): Covered => ({
  first: { length: Math.min(to, 65_536), sha256: `first of ${String(to)}` },
  last: { length: Math.min(to, 65_536), sha256: `last of ${String(to)}` },
});
