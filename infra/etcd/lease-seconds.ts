/** One of a second, renewed three times in it, is lost again and again on a machine that is busy. */
const fewest = 2;

/** The whole seconds for which etcd is asked for a lease that is to last so many milliseconds. */
export const leaseSecondsOf = (millis: number): number => Math.max(fewest, Math.ceil(millis / 1_000));
