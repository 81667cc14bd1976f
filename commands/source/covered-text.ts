import { hash } from 'node:crypto';
import { type Stretch } from './read-block.js';
import { type Covered } from './source.js';

/** A source is recognised by so much of its beginning, and of the end of what has been covered (promise S2). */
export const stretchBytes = 64 * 1024;

const sha256 = (bytes: Uint8Array): string => hash('sha256', bytes, 'hex');

export const stretchOf = (bytes: Uint8Array): Stretch => ({ length: bytes.length, sha256: sha256(bytes) });

/** Keeps the first and the last 64 KiB of a text that is passed through it. */
export interface CoveredText {
  append(bytes: Uint8Array): void;
  /** Of what has been appended so far. */
  stretches(): Covered;
  /** What has been appended so far is handed out: readers are ahead of that, within a record and of records. */
  mark(): void;
  /** As `stretches`, of what was marked last; of the beginning, before. */
  marked(): Covered;
}

/** @param first, last the text's beginning and end (64 KiB each, or all of it) at the point where reading goes on */
export const createCoveredText = (first: Uint8Array = Buffer.alloc(0), last: Uint8Array = first): CoveredText => {
  const head = Buffer.alloc(stretchBytes);
  const tail = Buffer.alloc(stretchBytes);
  let headBytes = 0;
  let tailBytes = 0;
  let headStretch: Stretch | undefined;
  const markedTail = Buffer.alloc(stretchBytes);
  let markedHeadBytes = 0;
  let markedTailBytes = 0;
  const addHead = (bytes: Uint8Array): void => {
    if (headBytes === stretchBytes || bytes.length === 0) return;
    const added = bytes.subarray(0, stretchBytes - headBytes);
    head.set(added, headBytes);
    headBytes += added.length;
  };
  /** What has been added to the beginning stays as it is: the same length is the same text. */
  const headOf = (length: number): Stretch => {
    if (headStretch?.length !== length) headStretch = stretchOf(head.subarray(0, length));
    return headStretch;
  };
  /** A text shorter than its beginning may be is its own end. */
  const covered = (ofHead: number, end: Uint8Array): Covered => {
    const stretch = headOf(ofHead);
    return { first: stretch, last: ofHead < stretchBytes ? stretch : stretchOf(end) };
  };
  const addTail = (bytes: Uint8Array): void => {
    const added = bytes.subarray(-stretchBytes);
    const kept = Math.min(tailBytes, stretchBytes - added.length);
    tail.copyWithin(0, tailBytes - kept, tailBytes);
    tail.set(added, kept);
    tailBytes = kept + added.length;
  };
  const mark = (): void => {
    tail.copy(markedTail, 0, 0, tailBytes);
    [markedHeadBytes, markedTailBytes] = [headBytes, tailBytes];
  };
  addHead(first);
  addTail(last);
  mark();
  return {
    append: (bytes) => {
      addHead(bytes);
      addTail(bytes);
    },
    stretches: () => covered(headBytes, tail.subarray(0, tailBytes)),
    mark,
    marked: () => covered(markedHeadBytes, markedTail.subarray(0, markedTailBytes)),
  };
};
