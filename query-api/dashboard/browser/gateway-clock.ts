/*
 * The time as the gateway has it. What it tells of is as old as its own clock says: that of the device in front of which
 * somebody sits may be wrong by an hour.
 */

/** The gateway tells whole seconds, and clocks differ a little. */
const toleratedMs = 2_000;

/**
 * How far the gateway's clock is ahead of this device's, by an answer; as before where the answer says nothing else.
 * All in milliseconds; times since the Unix epoch, by this device's clock.
 *
 * @param date of the answer, as its header says
 */
export const aheadBy = (before: number, date: string | null, asked: number, answered: number): number => {
  // The header leaves out the part of a second.
  const told = Date.parse(date ?? '') + 500;
  const ahead = told - (asked + answered) / 2;
  const isSame = Math.abs(ahead - before) <= toleratedMs + (answered - asked) / 2;
  if (Number.isNaN(ahead) || isSame) return before;
  return Math.abs(ahead) <= toleratedMs ? 0 : Math.round(ahead);
};

let ahead = 0;

/** By which the gateway's clock is ahead of this device's; below zero where it is behind. */
export const gatewayAhead = (): number => ahead;

/** Takes it from who asks the gateway. */
export const setGatewayAhead = (ms: number): void => {
  ahead = ms;
};

/** Milliseconds since the Unix epoch. */
export const now = (): number => Date.now() + ahead;
