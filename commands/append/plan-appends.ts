import { type Append, appendBounds, type PlacedSegment } from '../../domain/append.js';
import { type Lane, type Partition, type Sequence } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { type Revision } from '../../domain/revision.js';
import { type SegmentEncoder } from '../../domain/segment/encode.js';
import { type SegmentHeader } from '../../domain/segment/segment.js';
import { type ReadBlock } from '../source/read-block.js';
import { type Piece } from './batch.js';
import { checkpointText } from './checkpoint-text.js';
import { columnsByPartition } from './columns.js';
import { deadLettersOf, storedSize } from './dead-letters-of.js';
import { type Placement } from './placement.js';
import { advance, type Course, type Covers, covers, type Step } from './source-course.js';

/**
 * Where the next append of a lane goes: everything about it that is known before the appends in flight are answered.
 * A fence makes a tail worthless, but for its batch number, which counts on.
 */
export interface Tail {
  readonly lane: Lane;
  /** The create revision of the lane's claim. */
  readonly claim: Revision;
  /** The number of the next append. */
  readonly batch: number;
  /** The next sequence in each partition. */
  readonly heads: readonly Sequence[];
  /** The source's course, and the text of its checkpoint that the next append compares. */
  readonly course: Course;
  readonly prior: string | undefined;
}

/** What an append needs to know beside its rows. */
export interface Planning {
  readonly columns: readonly string[];
  readonly placement: Placement;
  readonly encode: SegmentEncoder;
}

export interface PlannedAppend {
  readonly append: Append;
  readonly covers: Covers;
  /** Of the append's values, as sent. */
  readonly bytes: number;
  /** The tail behind it. */
  readonly after: Tail;
}

/** What goes into one append, or into two when it turns out too large. */
export interface Load {
  readonly pieces: readonly Piece[];
  readonly ends: boolean;
}

/** The events of a load that one partition gets, encoded but for the header of their segment. */
interface Part {
  readonly partition: Partition;
  readonly events: number;
  readonly segment: (header: SegmentHeader) => Uint8Array;
}

/** A load whose events are encoded, which takes most of the time: for that it need not be known where it goes. */
export interface EncodedLoad extends Load {
  readonly parts: readonly Part[];
}

/** Deals the events of a load to their partitions, and encodes them. */
export const encodeLoad = (load: Load, { placement, encode }: Planning): EncodedLoad => {
  const columns = columnsByPartition(blocksOf(load), placement);
  const parts = [...columns].map(([partition, samples]) => ({
    partition,
    events: samples.values.length,
    segment: encode(samples),
  }));
  return { ...load, parts };
};

const blocksOf = ({ pieces }: Load): readonly ReadBlock[] => pieces.flatMap((piece) => piece.blocks);

/**
 * Turns a batch into appends, each within the bounds of one transaction (promise L7): one whose encoding is too large
 * is split into halves, where a checkpoint can stand. The last carries the end of the source.
 */
export const planAppends = (
  tail: Tail,
  load: EncodedLoad,
  planning: Planning,
  at: Instant,
): readonly PlannedAppend[] => {
  const planned = planOne(tail, load, planning, at);
  if (planned) return [planned];
  const { pieces, ends } = load;
  const middle = pieces.length >> 1;
  if (middle === 0) throw new Error('one piece of a batch is too large for an append: its bounds are wrong');
  const half = (behind: Tail, some: Load) => planAppends(behind, encodeLoad(some, planning), planning, at);
  const left = half(tail, { pieces: pieces.slice(0, middle), ends: false });
  const right = half(left.at(-1)!.after, { pieces: pieces.slice(middle), ends });
  return [...left, ...right];
};

const planOne = (tail: Tail, load: EncodedLoad, planning: Planning, at: Instant): PlannedAppend | undefined => {
  const { course, claim, batch } = tail;
  const blocks = blocksOf(load);
  const deadLetters = deadLettersOf(blocks, { source: course.source, path: course.path, at }, course.counted);
  const deadLetterBytes = deadLetters.reduce((sum, letter) => sum + storedSize(letter), 0);
  const step: Step = {
    claim,
    batch,
    blocks,
    covered: load.pieces.at(-1)?.covered,
    deadLetters: deadLetters.length,
    deadLetterBytes,
    ends: load.ends,
  };
  const checkpoint = advance(course, step);
  const text = checkpointText(checkpoint);
  const frame = headerFrame(tail, checkpoint.offset, planning.columns, at);
  const segments = placeAll(load.parts, tail.heads, frame);
  const bytes = text.length + deadLetterBytes + segments.reduce((sum, segment) => sum + segment.bytes.length, 0);
  if (!fits(bytes, segments.length, deadLetters.length)) return undefined;
  const append: Append = {
    lane: tail.lane,
    claim,
    batch,
    source: course.source,
    prior: tail.prior,
    checkpoint: text,
    segments,
    deadLetters,
  };
  const after = { ...tail, batch: batch + 1, heads: headsAfter(tail.heads, segments), course: checkpoint, prior: text };
  return { append, covers: covers(step), bytes, after };
};

/** A key and its place in the transaction take up to so many bytes, in compare, put and else branch together. */
const bytesPerKey = 256;

const fits = (bytes: number, segments: number, deadLetters: number): boolean =>
  bytes + (segments + deadLetters + 4) * bytesPerKey <= appendBounds.bytes &&
  segments + deadLetters + 1 <= appendBounds.operations &&
  segments + 3 <= appendBounds.compares;

type Frame = Omit<SegmentHeader, 'part' | 'parts' | 'events'>;

const headerFrame = ({ course, claim, batch }: Tail, to: number, columns: readonly string[], at: Instant): Frame => ({
  cluster: course.cluster,
  source: course.source,
  claim,
  batch,
  from: course.offset,
  to,
  pass: course.pass,
  appendedAt: at,
  columns,
});

const placeAll = (parts: readonly Part[], heads: readonly Sequence[], frame: Frame): readonly PlacedSegment[] =>
  parts.map(({ partition, events, segment }, part) => {
    const header = { ...frame, part, parts: parts.length, events };
    return { partition, sequence: heads[partition]!, bytes: segment(header) };
  });

const headsAfter = (heads: readonly Sequence[], segments: readonly PlacedSegment[]): readonly Sequence[] => {
  const after = [...heads];
  for (const { partition, sequence } of segments) after[partition] = (sequence + 1) as Sequence;
  return after;
};
