import { type Range } from './address.js';

/** Of so many seconds is a point of the past: every sample where people look closely, buckets where they look far. */
const ofOne: Readonly<Record<Range, string | undefined>> = {
  '5m': undefined,
  '15m': undefined,
  '1h': '5s',
  '6h': '30s',
  '24h': '2m',
};
const ofMany: Readonly<Record<Range, string | undefined>> = {
  '5m': '2s',
  '15m': '5s',
  '1h': '20s',
  '6h': '2m',
  '24h': '10m',
};

export const stepOfGpu = (range: Range): string | undefined => ofOne[range];
export const stepOfHost = (range: Range): string | undefined => ofMany[range];
