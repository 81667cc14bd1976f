import { type SourceCheckpoint } from '../../domain/source-checkpoint.js';
import { type BlockReader } from './block-reader.js';
import { type Blocks } from './block-writer.js';
import { chooseReader, roomFor } from './choose-reader.js';
import { type CoveredText, createCoveredText } from './covered-text.js';
import { type Learnt } from './learnt.js';
import { type ReadBlock } from './read-block.js';
import { beginsAs, findAgain, otherThan } from './resume-check.js';
import { type SourceStart } from './source-start.js';
import { type SourceText, type TextStep } from '../../domain/source-text.js';
import {
  type IdentifiedSource,
  lostBehind,
  type Place,
  type ReadOptions,
  type ReadStart,
  type SourceEnd,
  type SourceReplaced,
} from './source.js';

type Known = SourceStart & { readonly kind: 'start' };

/** What may be read again and again. */
export interface Readable {
  readonly text: SourceText;
  readonly known: Known;
  /** Where the source begins: the beginning of the text, or of a range of it. */
  readonly start: Place;
  readonly learnt: Learnt;
}

/** Where a reading goes on: the steps from there, and what they are to be told apart by later. */
interface Going extends Place {
  readonly headerBytes: number;
  readonly covered: CoveredText;
  readonly steps: AsyncIterableIterator<TextStep>;
}

const endOf = (step: TextStep | undefined): SourceEnd =>
  step === undefined || step.kind === 'text' || step.kind === 'idle'
    ? { kind: 'aborted' }
    : step.kind === 'end'
      ? { kind: 'ended' }
      : step;

const blocksAt = (step: TextStep, reader: BlockReader): Blocks => {
  if (step.kind === 'text') return reader.push(step.bytes);
  return isWhole(step) ? reader.end() : reader.drain();
};

/** Whether what has come so far ends with a record, and not within one. */
const isWhole = (step: TextStep): boolean =>
  step.kind === 'end' || (step.kind === 'replaced' && step.cutAt === undefined);

const reading = ({ text, known, learnt }: Readable, place: Going, options: ReadOptions): ReadStart => {
  let end: SourceEnd | undefined;
  async function* blocks(): AsyncGenerator<ReadBlock, void, undefined> {
    const { steps, ...at } = place;
    const { dictionary } = learnt;
    const reader = chooseReader({ ...at, form: known.form, dictionary, cutEvery: options.cutEvery }, learnt);
    let step: TextStep | undefined;
    for await (step of steps) {
      // Handed on one by one: delegating to what is at hand would make each block wait several turns.
      for (const block of blocksAt(step, reader)) yield block;
    }
    end = endOf(step);
  }
  return {
    kind: 'reading',
    blocks,
    covered: () => place.covered.marked(),
    progress: () => text.progress(),
    end: () => {
      if (end === undefined) throw new Error('a reading has no end before its blocks have ended');
      return end;
    },
  };
};

/** See `IdentifiedSource.read`. */
export const readerOf = (readable: Readable): IdentifiedSource['read'] => {
  const { text, known } = readable;
  let wasRead = false;
  return async (from, options, signal) => {
    if (wasRead && text.isFollowed && from === undefined && !(await beginsAs(text, known, signal))) {
      return replaced(text, 0);
    }
    const begun = await readSource(readable, from, options, signal);
    if (begun.kind === 'refused' && begun.reason === 'other-content' && wasRead && text.isFollowed) {
      return replaced(text, from?.offset ?? 0);
    }
    wasRead ||= begun.kind === 'reading';
    return begun;
  };
};

const replaced = ({ path }: SourceText, offset: number): SourceReplaced => ({
  kind: 'replaced',
  message: lostBehind(path, offset),
});

const readSource = async (
  readable: Readable,
  from: SourceCheckpoint | undefined,
  options: ReadOptions,
  signal: AbortSignal,
): Promise<ReadStart> => {
  const { text, known, start, learnt } = readable;
  const lent = roomFor(known.form, learnt);
  if (!text.canGoBackTo(from === undefined ? start.offset : from.offset - from.last.length)) {
    const message = `${text.path}: it cannot be read a second time; give the data again, and reading goes on where it ended`;
    return { kind: 'refused', reason: 'read-before', path: text.path, message };
  }
  if (from === undefined) {
    const other = options.sameAs && (await otherThan(text, options.sameAs, start.offset, signal));
    if (other) return other;
    const covered = createCoveredText();
    const headerBytes = start.offset === 0 ? known.headerBytes : 0;
    return reading(
      readable,
      { ...start, headerBytes, covered, steps: text.steps(start.offset, signal, { lent }) },
      options,
    );
  }
  const again = await findAgain(text, from, start.offset, signal, lent);
  if (again.kind === 'refused') return again;
  const covered = createCoveredText(again.first, again.last);
  const place = { offset: from.offset, row: from.row, headerBytes: 0, covered, steps: again.steps };
  return reading(readable, place, options);
};
