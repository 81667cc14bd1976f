import { type Instant } from '../../domain/instant.js';
import { type ReadBlock } from '../source/read-block.js';

/** As fast as possible, or so many times as fast as things were observed. */
export type Speed = 'max' | number;

/** When blocks of one reading are handed on, by their first observation time. */
export interface Pace {
  /** Milliseconds to wait before the block is handed on; `clock` is one that only goes forward, in milliseconds. */
  wait(block: ReadBlock, clock: number): number;
  /** Milliseconds until the next observation would have been due, had there been one, for the pause before the next pass. */
  rest(clock: number): number;
}

export const unpaced: Pace = { wait: () => 0, rest: () => 0 };

const nanosPerMilli = 1e6;

/** Where blocks are cut for pacing: finer steps of time go together. */
export const cutEvery = (speed: Speed): bigint | undefined =>
  speed === 'max' ? undefined : BigInt(Math.max(1, Math.round(50 * nanosPerMilli * speed)));

/** Milliseconds that reading the first block takes at most: beyond them its first row was waited for. */
const longestBeginning = 1_000;

/** When, by `clock`, it was the present time from which a reading's rows get theirs; `now` is the present time. */
export const baseByClock = (base: Instant, now: Instant, clock: number): number =>
  base < now ? clock - Number(now - base) / nanosPerMilli : clock;

/**
 * @param speed 1 is the pace at which things were observed
 * @param begun when the reading began, by the clock of `wait`: the present times that its rows get are counted from there
 */
export const paceOf = (speed: Speed, begun = Infinity): Pace => {
  if (speed === 'max') return unpaced;
  let started: { readonly clock: number; readonly at: bigint } | undefined;
  let latest = 0n;
  let step = 0n;
  const dueAt = (begun: { readonly clock: number; readonly at: bigint }, at: bigint): number =>
    begun.clock + Number(at - begun.at) / nanosPerMilli / speed;
  return {
    wait: ({ times }, clock) => {
      const at = times[0]?.at;
      if (at === undefined) return 0;
      started ??= { clock: Math.min(clock, Math.max(begun, clock - longestBeginning)), at };
      if (at > latest && latest > 0n) step = at - latest;
      if (at > latest) latest = at;
      return Math.max(0, dueAt(started, at) - clock);
    },
    rest: (clock) => {
      const most = Number(step) / nanosPerMilli / speed;
      return started === undefined ? 0 : Math.min(most, Math.max(0, dueAt(started, latest + step) - clock));
    },
  };
};
