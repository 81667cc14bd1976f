/** Draws of one seeded stream. The same seed gives the same draws on every machine: 32-bit integer steps only. */
export interface Random {
  /** A number in [0, 1). */
  readonly unit: () => number;
  /** A whole number in [0, bound). */
  readonly below: (bound: number) => number;
  /** A bell-shaped number with mean 0 and standard deviation 1, within ±3.47 (a sum of four draws: no libm in it). */
  readonly bell: () => number;
}

/**
 * sfc32 of Chris Doty-Humphrey (PractRand), seeded with two numbers.
 * The second separates streams of one seed, so that a GPU's life does not depend on how many others there are.
 */
export function createRandom(seed: number, stream: number): Random {
  let a = seed | 0;
  let b = stream | 0;
  let c = (seed / 2 ** 32) | 0;
  let counter = 1;
  const next = (): number => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + t) | 0;
    return t >>> 0;
  };
  for (let i = 0; i < 15; i++) next();
  const unit = (): number => next() / 2 ** 32;
  return {
    unit,
    below: (bound) => Math.floor(unit() * bound),
    bell: () => (unit() + unit() + unit() + unit() - 2) * Math.sqrt(3),
  };
}

/** Fisher–Yates, in place. */
export function shuffle<T>(items: T[], random: Random): T[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [items[i], items[j]] = [items[j]!, items[i]!];
  }
  return items;
}
