/**
 * Makes the wall clock of this process step, as when it is set; `after` gives it back.
 *
 * @param aheadMs how far ahead it is, in milliseconds, asked each time that it is read
 */
export const stepClock = (aheadMs: () => number): { readonly after: () => void } => {
  const real = Date.now;
  Date.now = () => real() + aheadMs();
  return {
    after: () => {
      Date.now = real;
    },
  };
};

/** Goes ahead by an hour with every look. */
export const runAway = (): { readonly after: () => void } => {
  let looks = 0;
  return stepClock(() => 3_600_000 * ++looks);
};
