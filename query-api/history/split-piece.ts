import { type GpuUuid } from '../../domain/ids.js';
import { type Samples } from '../../domain/segment/segment.js';
import { deviceOf } from '../../domain/device.js';
import { type Piece } from './piece.js';

/** The events of one device in some samples, as samples of their own. */
const pick = (samples: Samples, events: readonly number[]): Samples => ({
  ...samples,
  seriesAt: Uint32Array.from(events, (event) => samples.seriesAt[event]!),
  timeAt: Uint32Array.from(events, (event) => samples.timeAt[event]!),
  values: Float64Array.from(events, (event) => samples.values[event]!),
  texts: new Map(),
});

/** The samples by device, made small: each with the series and times that it uses and no other. */
const compact = (samples: Samples): Samples => {
  const series = [...new Set(samples.seriesAt)];
  const times = [...new Set(samples.timeAt)];
  const seriesNumber = new Map(series.map((old, number) => [old, number]));
  const timeNumber = new Map(times.map((old, number) => [old, number]));
  return {
    ...samples,
    series: series.map((old) => samples.series[old]!),
    times: times.map((old) => samples.times[old]!),
    seriesAt: samples.seriesAt.map((old) => seriesNumber.get(old)!),
    timeAt: samples.timeAt.map((old) => timeNumber.get(old)!),
  };
};

/** A piece taken apart by device in one pass, so that many devices read it once. */
export const splitPiece = async (
  piece: Piece,
  wanted: ReadonlySet<GpuUuid>,
  signal: AbortSignal,
): Promise<ReadonlyMap<GpuUuid, Samples>> => {
  const samples = await piece.load(signal);
  if (!samples) return new Map();
  const uuids = samples.series.map((series) => deviceOf(piece.cluster, series).uuid);
  const events = new Map<GpuUuid, number[]>();
  for (let event = 0; event < samples.values.length; event++) {
    const uuid = uuids[samples.seriesAt[event]!]!;
    if (!wanted.has(uuid)) continue;
    const own = events.get(uuid);
    if (own) own.push(event);
    else events.set(uuid, [event]);
  }
  return new Map([...events].map(([uuid, own]) => [uuid, compact(pick(samples, own))]));
};
