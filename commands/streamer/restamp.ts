import { type Instant, nearestWritable } from '../../domain/instant.js';
import { type ObservedTime } from '../../domain/segment/segment.js';
import { type ReadBlock } from '../source/read-block.js';
import { type Speed } from './pace.js';

/** Gives a block present times for those that were observed (promise S5). */
export type Restamp = (block: ReadBlock) => ReadBlock;

export const asObserved: Restamp = (block) => block;

/** Observation times that a reading remembers, so that one seen again gets the present time that it got before. */
const remembered = 65_536;

const restampedBlock = (block: ReadBlock, given: (at: Instant) => Instant): ReadBlock => ({
  ...block,
  times: block.times.map(({ at }): ObservedTime => ({ at: given(at), text: undefined })),
});

/**
 * Paced: base + (observed − the reading's first) ÷ speed.
 *
 * @param base later than every time given before
 */
export const pacedRestamp = (base: Instant, speed: number): Restamp => {
  let first: Instant | undefined;
  return (block) =>
    restampedBlock(block, (at) => {
      first ??= at;
      return nearestWritable(base + scaled(at - first, speed));
    });
};

/** Division in thousandths: exact for the speeds that people give, at any distance of time. */
const scaled = (nanos: bigint, speed: number): bigint =>
  (nanos * 1000n) / BigInt(Math.max(1, Math.round(speed * 1000)));

/** As fast as possible: each observation time becomes one present time, later than the one before. */
export const presentRestamp = (base: Instant, now: () => Instant): Restamp => {
  const given = new Map<Instant, Instant>();
  let last = (base - 1n) as Instant;
  const give = (at: Instant): Instant => {
    const present = now();
    last = present > last ? present : nearestWritable(last + 1n);
    if (given.size === remembered) given.delete(given.keys().next().value!);
    given.set(at, last);
    return last;
  };
  return (block) => restampedBlock(block, (at) => given.get(at) ?? give(at));
};

export const restampOf = (base: Instant, speed: Speed, now: () => Instant): Restamp =>
  speed === 'max' ? presentRestamp(base, now) : pacedRestamp(base, speed);
