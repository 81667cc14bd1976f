import * as t from 'io-ts';
import { type DeadLetter } from './dead-letter.js';
import { type LetterPlace } from './dead-letter-id.js';
import { SourceId } from './ids.js';
import { Instant } from './instant.js';
import { Revision } from './revision.js';

/** Texts that take the place of a row's own when it is read again: column and text. */
export const Corrections = t.readonlyArray(t.readonly(t.tuple([t.string, t.string])));
export type Corrections = t.TypeOf<typeof Corrections>;

/**
 * That a dead letter is to be read again: `dead-letter-requests/{source}/{byte offset}`, until a streamer has appended
 * what it became. A row that is refused once more stays here with the reasons, and may be asked for again. Versioned:
 * change with care.
 */
export const ReplayRequest = t.readonly(
  t.type({ set: Corrections, at: Instant, refused: t.readonlyArray(t.string) }),
  'ReplayRequest',
);
export type ReplayRequest = t.TypeOf<typeof ReplayRequest>;

/** A request as it stands: its text is what the append compares. */
export interface PendingReplay extends LetterPlace {
  readonly request: ReplayRequest;
  readonly text: string;
}

/**
 * What became of a dead letter in the end: `dead-letter-outcomes/{source}/{byte offset}`, written once and together
 * with the events of a replay. The letter itself stays. Versioned: change with care.
 */
export const DeadLetterOutcome = t.union(
  [
    t.readonly(
      t.type({
        kind: t.literal('replayed'),
        set: Corrections,
        at: Instant,
        /** The source that its segment names, and how many events it became. */
        source: SourceId,
        events: t.number,
        /** Of the append: they make the text of every outcome unique, as a checkpoint's is. */
        claim: Revision,
        batch: t.number,
      }),
    ),
    t.readonly(t.type({ kind: t.literal('discarded'), reason: t.string, at: Instant })),
  ],
  'DeadLetterOutcome',
);
export type DeadLetterOutcome = t.TypeOf<typeof DeadLetterOutcome>;

/** An outcome and the letter that it is of. */
export interface SettledLetter {
  readonly source: SourceId;
  readonly offset: number;
  readonly outcome: DeadLetterOutcome;
}

/** A letter with what was asked for it and what became of it. */
export interface LetterState {
  readonly letter: DeadLetter;
  readonly request: ReplayRequest | undefined;
  readonly outcome: DeadLetterOutcome | undefined;
}

/** How many letters became events in the end. */
export const replayedLetters = (settled: readonly SettledLetter[]): number =>
  settled.filter(({ outcome }) => outcome.kind === 'replayed').length;
