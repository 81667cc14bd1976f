import { addFinite } from '../../projections/documents/tally.document.js';

/** Values at one moment: how many, and how they lie; null where there are none. */
export interface Distribution {
  readonly samples: number;
  readonly min: number | null;
  readonly mean: number | null;
  readonly max: number | null;
  /** By nearest rank: the smallest value that at least 95 % of the values do not exceed. */
  readonly p95: number | null;
}

const none: Distribution = { samples: 0, min: null, mean: null, max: null, p95: null };

export const distributionOf = (values: readonly number[]): Distribution => {
  if (values.length === 0) return none;
  const sorted = [...values].sort((a, b) => a - b);
  const rank = Math.ceil(0.95 * sorted.length);
  return {
    samples: sorted.length,
    min: sorted[0]!,
    mean: sorted.reduce(addFinite, 0) / sorted.length,
    max: sorted.at(-1)!,
    p95: sorted[rank - 1]!,
  };
};
