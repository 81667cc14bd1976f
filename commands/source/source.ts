import { type ClusterId, type SourceId } from '../../domain/ids.js';
import { type SourceCheckpoint } from '../../domain/source-checkpoint.js';
import { type SplitPlan } from '../../domain/split-plan.js';
import { type ReadBlock, type Stretch } from './read-block.js';
import { type TextProgress, type UnsettledText } from '../../domain/source-text.js';

/** Long: a row is one metric of one GPU. Wide: a row is one GPU with a column for each metric. */
export type SourceForm = 'long' | 'wide';

/** Why a source is not read, or not read on. `message` is for people: what, where, what to do. */
export interface SourceRefusal {
  readonly kind: 'refused';
  readonly reason: 'unreadable' | 'empty' | 'bad-header' | 'other-content' | 'read-before';
  readonly path: string;
  readonly message: string;
}

/** A header and nothing else: nothing to append, nothing to remember, no error. */
export interface SourceWithoutRows {
  readonly kind: 'no-rows';
  readonly path: string;
  readonly columns: readonly string[];
}

/** A place where reading may begin: a byte of the text, and the number of the row there. */
export interface Place {
  readonly offset: number;
  readonly row: number;
}

/** Where ranges begin in a text, as `SplitPlan` keeps it. */
export type FoundRanges = Pick<SplitPlan, 'first' | 'ranges'>;

/** A text as one that is read by ranges (promise S4). */
export interface RangedText {
  /** Of a file that may be split, its bytes now; undefined for what is compressed, followed or comes only once. */
  readonly plainBytes: number | undefined;
  /**
   * Reads all of it once to find where ranges of about so many bytes begin.
   *
   * @param onRead told how many bytes have been looked through
   */
  find(rangeBytes: number, onRead: (bytes: number) => void, signal: AbortSignal): Promise<FoundRanges | SourceRefusal>;
  /** One range of a plan that was made of this text, wherever it stood then; another text is refused when it is read. */
  at(plan: SplitPlan, index: number): IdentifiedSource;
}

/** Where another thread finds a text that it has opened: a file at rest, and which range of it. */
export interface FilePlace {
  readonly path: string;
  /** The same object for all ranges of one opening of the file: a path may hold another file when it is opened again. */
  readonly opening: object;
  readonly range: { readonly plan: SplitPlan; readonly index: number } | undefined;
}

/** A source whose header and first record have been read, so that its checkpoint can be looked up (promise S2). */
export interface IdentifiedSource {
  readonly kind: 'identified';
  readonly id: SourceId;
  readonly cluster: ClusterId;
  readonly path: string;
  readonly form: SourceForm;
  /** The names in the header line, in its order. */
  readonly columns: readonly string[];
  /** Where it begins: the beginning of the text, but for a range. */
  readonly start: Place;
  /** Undefined for a range. */
  readonly ranged: RangedText | undefined;
  /** Of what another thread has opened; all else only who has opened it can read. */
  readonly place?: FilePlace;
  /**
   * Reads from the beginning, or on from a checkpoint once its stretches have been found in this text again. May be
   * called again after a reload or for the next pass; standard input refuses with `read-before` what is settled.
   */
  read(from: SourceCheckpoint | undefined, options: ReadOptions, signal: AbortSignal): Promise<ReadStart>;
  /** To be told whenever an append stands in the log: all text before byte `offset` does. */
  settled(offset: number): void;
  /** What would be lost if it ended here; undefined for what can be read again. */
  unsettled(): UnsettledText | undefined;
}

export interface ReadOptions {
  /**
   * Cuts blocks where the observation time has moved by at least so many nanoseconds, for pacing by that time.
   * Undefined cuts by size alone.
   */
  readonly cutEvery?: bigint | undefined;
  /** What an earlier pass has covered: a text that is read from the beginning again must be the one it was (promise S2). */
  readonly sameAs?: SourceCheckpoint | undefined;
}

export type SourceOpening = IdentifiedSource | SourceWithoutRows | SourceRefusal;
export type ReadStart = SourceReading | SourceRefusal | SourceReplaced;

/** A followed file that was read before holds another text now: what it held and was not appended is lost. */
export interface SourceReplaced {
  readonly kind: 'replaced';
  readonly message: string;
}

/** What is said of it. */
export const lostBehind = (path: string, offset: number): string =>
  `${path} was emptied or written anew before all of it was appended: what stood behind byte ${String(offset)} ` +
  'of the old text is lost; reading the new one';

/** The first 64 KiB at most, and the last, of the text from its beginning up to a block's end (promise S2). */
export interface Covered {
  readonly first: Stretch;
  readonly last: Stretch;
}

export interface SourceReading {
  readonly kind: 'reading';
  /**
   * Once only. Blocks tile the text: the first starts at 0 (it holds the header line) or at the checkpoint's offset,
   * each starts where the one before ended, the last ends where the text ends. The next block is read when it is asked
   * for. Where nothing more is at hand, a block with `drained` is handed out, without rows when none were left.
   * Leaving the loop or aborting the signal frees the file; an aborted reading just ends.
   */
  blocks(): AsyncIterable<ReadBlock>;
  /** Covers all blocks handed out so far, and no text behind them. Costs two hashes of 64 KiB. */
  covered(): Covered;
  progress(): TextProgress;
  /** Valid when `blocks()` has ended. */
  end(): SourceEnd;
}

export type SourceEnd =
  /** All of it has been handed out. */
  | { readonly kind: 'ended' }
  /**
   * Followed, and another file stands at its path: all of this one was handed out, or whole records up to `cutAt`, behind
   * which it is lost; open the path again.
   */
  | { readonly kind: 'replaced'; readonly cutAt?: number }
  /** What could be read was handed out, whole records only; the rest cannot be read. Exit code 1. */
  | { readonly kind: 'broken'; readonly message: string }
  /** By the signal. */
  | { readonly kind: 'aborted' };
