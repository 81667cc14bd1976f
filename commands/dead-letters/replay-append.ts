import { createHash } from 'node:crypto';
import { type Append } from '../../domain/append.js';
import { type DeadLetter } from '../../domain/dead-letter.js';
import { type LetterPlace } from '../../domain/dead-letter-id.js';
import { DeadLetterOutcome, type ReplayRequest } from '../../domain/dead-letter-outcome.js';
import { type Lane, type Sequence, type SourceId } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { type SegmentEncoder } from '../../domain/segment/encode.js';
import { type BatchId } from '../../domain/segment/segment.js';
import { type SourceCheckpoint } from '../../domain/source-checkpoint.js';
import { columnsByPartition } from '../append/columns.js';
import { placement } from '../append/placement.js';
import { readAgain } from './read-again.js';

/** A dead letter that is to be read again, and the source that it is of. */
export interface Replay {
  readonly letter: DeadLetter;
  readonly request: ReplayRequest;
  readonly checkpoint: SourceCheckpoint;
}

/** Where the append goes, as a `Tail` says for a source. */
export interface ReplayPlace extends BatchId {
  readonly lane: Lane;
  readonly heads: readonly Sequence[];
}

export type PlannedReplay =
  | { readonly kind: 'append'; readonly append: Append; readonly events: number }
  | { readonly kind: 'refused'; readonly reasons: readonly string[] };

/**
 * What the segment of a replayed letter names as its source: one of its own, so that the log alone shows when a letter
 * was appended twice. The first 128 bits of SHA-256 over `dead-letter/{source}/{offset}`. Stored: change with care.
 */
const replaySource = ({ source, offset }: LetterPlace): SourceId =>
  createHash('sha256')
    .update(`dead-letter/${source}/${String(offset)}`)
    .digest('hex')
    .slice(0, 32) as SourceId;

const tooLong = 'the record was too long to be kept: mend the file and stream it again';
const noColumns = 'the checkpoint of its source does not name the columns: stream the source again, then replay';

/** Why a letter cannot be read again, or the reading. */
const readLetter = ({ letter, request, checkpoint }: Replay): ReturnType<typeof readAgain> => {
  if (letter.raw === null) return { kind: 'refused', reasons: [tooLong] };
  if (checkpoint.columns === undefined) return { kind: 'refused', reasons: [noColumns] };
  return readAgain(Buffer.from(letter.raw, 'base64'), checkpoint.columns, request.set);
};

/**
 * The append of a replayed letter. It is like that of a source whose checkpoint is the letter's outcome: there is none
 * before, and this one is unique, so that it is settled by the same rules.
 */
export const planReplay = (
  replay: Replay,
  place: ReplayPlace,
  partitions: number,
  encode: SegmentEncoder,
  at: Instant,
): PlannedReplay => {
  const reading = readLetter(replay);
  if (reading.kind === 'refused') return reading;
  const { letter, request, checkpoint } = replay;
  const { lane, heads, ...batch } = place;
  const source = replaySource(letter);
  const columns = [...columnsByPartition([reading.block], placement(checkpoint.cluster, partitions))];
  const events = reading.block.values.length;
  const segments = columns.map(([partition, samples], part) => {
    const bytes = { from: letter.offset, to: letter.offset + letter.length };
    const names = { cluster: checkpoint.cluster, source, pass: 0, columns: checkpoint.columns ?? [] };
    const counts = { part, parts: columns.length, events: samples.values.length };
    const header = { ...names, ...batch, ...bytes, ...counts, appendedAt: at };
    return { partition, sequence: heads[partition]!, bytes: encode(samples)(header) };
  });
  const outcome = { kind: 'replayed', set: request.set, at, source, events, ...batch } as const;
  const text = JSON.stringify(DeadLetterOutcome.encode(outcome));
  return {
    kind: 'append',
    append: { ...{ lane, source, segments, ...batch }, prior: undefined, checkpoint: text, deadLetters: [] },
    events,
  };
};
