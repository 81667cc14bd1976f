/** How often something may be done: so many times a second, and so many at once after a pause. */
export interface Pace {
  readonly perSecond: number;
  readonly burst: number;
}

/** What one client has left, at a moment in milliseconds; below nought it has taken ahead. */
export interface Bucket {
  readonly level: number;
  readonly at: number;
}

export const fullBucket = ({ burst }: Pace, now: number): Bucket => ({ level: burst, at: now });

const filled = ({ level, at }: Bucket, { perSecond, burst }: Pace, now: number): Bucket => ({
  level: Math.min(burst, level + (Math.max(0, now - at) * perSecond) / 1000),
  at: Math.max(at, now),
});

/** Milliseconds until there is one to take; 0 when there is. */
export const waitFor = (bucket: Bucket, pace: Pace, now: number): number => {
  const { level } = filled(bucket, pace, now);
  return level >= 1 ? 0 : ((1 - level) * 1000) / pace.perSecond;
};

/** One less, also where there is none. */
export const take = (bucket: Bucket, pace: Pace, now: number): Bucket => {
  const { level, at } = filled(bucket, pace, now);
  return { level: level - 1, at };
};
