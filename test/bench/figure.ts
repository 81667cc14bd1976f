/** Where a figure is measured: a folder of its own on a disk, and a way to tell what was seen besides. */
export interface Place {
  readonly folder: string;
  readonly say: (line: string) => void;
}

/** One figure of the benchmark. Where it has a yardstick, both run in every round, one after the other. */
export interface Figure {
  /** What `--only` takes. */
  readonly name: string;
  readonly what: string;
  /** Of the values: `times csv-parse`, `ms`. */
  readonly unit: string;
  readonly better: 'more' | 'less';
  readonly atLeast?: number;
  readonly aim?: number;
  /** What the profile shows to be in the way where it is not reached, for the page of what was measured. */
  readonly inTheWay?: string;
  /** One value for each round. */
  readonly measure: (place: Place, rounds: number) => Promise<readonly number[]>;
}

/** A figure's values over its rounds. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export const spreadOf = (values: readonly number[]): Spread => {
  const sorted = [...values].sort((a, b) => a - b);
  return { median: sorted[sorted.length >> 1]!, least: sorted[0]!, most: sorted.at(-1)! };
};

/** A value for people: three digits that count. */
export const shown = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));

/** The value that so large a share of all lie under. */
export const quantile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
};

/** What the median reaches: the aim, what is wanted at least, or neither; undefined where nothing is wanted. */
export const reached = ({ better, atLeast, aim }: Figure, { median }: Spread): 'aim' | 'least' | 'not' | undefined => {
  const meets = (wanted: number): boolean => (better === 'more' ? median >= wanted : median <= wanted);
  if (aim !== undefined && meets(aim)) return 'aim';
  if (atLeast === undefined) return undefined;
  return meets(atLeast) ? 'least' : 'not';
};
