import { createHash } from 'node:crypto';
import { type Stretch } from './read-block.js';
import { type Covered } from './source.js';

/** A source is recognised by so much of its beginning, and of the end of what has been covered (promise S2). */
export const stretchBytes = 64 * 1024;

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export const stretchOf = (bytes: Uint8Array): Stretch => ({ length: bytes.length, sha256: sha256(bytes) });

/** Keeps the first and the last 64 KiB of a text that is passed through it. */
export interface CoveredText {
  append(bytes: Uint8Array): void;
  /** Of what has been appended so far. */
  stretches(): Covered;
}

/** @param first, last the text's beginning and end (64 KiB each, or all of it) at the point where reading goes on */
export const createCoveredText = (first: Uint8Array = Buffer.alloc(0), last: Uint8Array = first): CoveredText => {
  let head = Buffer.from(first);
  let tail = Buffer.from(last);
  let headStretch: Stretch | undefined;
  return {
    append: (bytes) => {
      const room = stretchBytes - head.length;
      if (room > 0 && bytes.length > 0) {
        head = Buffer.concat([head, bytes.subarray(0, room)]);
        headStretch = undefined;
      }
      const kept = Math.max(0, stretchBytes - bytes.length);
      tail = Buffer.concat([tail.subarray(Math.max(0, tail.length - kept)), bytes.subarray(-stretchBytes)]);
    },
    stretches: () => ({ first: (headStretch ??= stretchOf(head)), last: stretchOf(tail) }),
  };
};
