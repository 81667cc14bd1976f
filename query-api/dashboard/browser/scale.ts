import { unitOf } from './quantities.js';

/**
 * Cividis (Nuñez, Anderton, Renslow 2018): made to look the same with and without the common kinds of colour
 * blindness, and it grows lighter all the way, so that it also reads in grey. Points of it from low to high; its
 * darkest end is left out, which on a dark page could not be told from the page.
 */
const points: readonly (readonly [number, number, number])[] = [
  [10, 47, 106],
  [32, 62, 112],
  [59, 73, 108],
  [87, 93, 109],
  [112, 113, 115],
  [138, 134, 120],
  [165, 156, 116],
  [195, 179, 105],
  [225, 204, 85],
  [254, 232, 56],
];

/** Shades that the map tells apart; a value that stays within one is not painted again. */
export const shades = 64;

const mixed = (share: number): string => {
  const place = share * (points.length - 1);
  const low = points[Math.floor(place)]!;
  const high = points[Math.min(points.length - 1, Math.floor(place) + 1)]!;
  const part = place - Math.floor(place);
  return `rgb(${low.map((channel, i) => Math.round(channel + (high[i]! - channel) * part)).join(' ')})`;
};

/** From low to high. */
export const colours: readonly string[] = Array.from({ length: shades }, (_, i) => mixed(i / (shades - 1)));

/** Between which values a metric's colours run. */
export interface Scale {
  readonly low: number;
  readonly high: number;
}

/** Upwards to one, two or five times a power of ten. */
const roundUp = (value: number): number => {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5, 10].find((step) => step * power >= value) ?? 10) * power;
};

/** Fixed where a metric has natural ends, so that a colour means the same tomorrow; else up to what was seen. */
export const scaleOf = (metric: string, greatest: number): Scale => {
  if (unitOf(metric) === '%') return { low: 0, high: 100 };
  if (metric === 'temperature') return { low: 20, high: 95 };
  return { low: 0, high: greatest > 0 ? roundUp(greatest) : 1 };
};

/** The shade of a value, 0 to {@link shades} − 1. */
export const shadeOf = (value: number, { low, high }: Scale): number =>
  Math.max(0, Math.min(shades - 1, Math.floor(((value - low) / (high - low)) * shades)));
