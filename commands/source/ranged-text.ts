import { type SplitPlan } from '../../domain/split-plan.js';
import { type SourceText } from '../../domain/source-text.js';
import { findRanges } from './find-ranges.js';
import { rangeText } from './range-text.js';
import { type Readable, readerOf } from './read-source.js';
import { standsAt } from './resume-check.js';
import { type IdentifiedSource, type RangedText, type ReadStart, type SourceRefusal } from './source.js';

/** What all ranges of a file are known by, beside their places. */
export type FileIdentity = Pick<IdentifiedSource, 'kind' | 'id' | 'cluster' | 'path' | 'form' | 'columns'>;

/** A text as one that may be split, and read by the ranges of a plan. */
export const rangedText = (file: FileIdentity, whole: Readable): RangedText => {
  const { text, known } = whole;
  return {
    plainBytes: text.isPlain ? text.progress().sizeBytes : undefined,
    find: async (rangeBytes, onRead, signal) => {
      const textBytes = text.progress().sizeBytes ?? 0;
      const search = { source: file.id, headerBytes: known.headerBytes, rangeBytes, textBytes };
      const found = await findRanges(text, search, onRead, signal);
      const { path } = text;
      if ('broken' in found)
        return { kind: 'refused', reason: 'unreadable', path, message: `${path}: ${found.broken}` };
      // Written down are edges of one text: of a file that was written anew meanwhile they would be of two.
      const differing = await firstDiffering(text, found.first, found.ranges, signal);
      return differing === 'differs' ? changedMeanwhile(path) : (differing ?? found);
    },
    at: (plan, index) => rangeOf(file, whole, plan, index),
  };
};

const rangeOf = (file: FileIdentity, whole: Readable, plan: SplitPlan, index: number): IdentifiedSource => {
  const { text } = whole;
  const { source, from, row } = plan.ranges[index]!;
  const to = plan.ranges[index + 1]?.from;
  const start = { offset: from, row };
  const read = readerOf({ ...whole, text: rangeText(text, { from, to }), start });
  return {
    ...file,
    id: source,
    start,
    ranged: undefined,
    read: async (checkpoint, options, signal): Promise<ReadStart> =>
      (await otherFile(text, plan, index, signal)) ?? read(checkpoint, options, signal),
    settled: (offset) => text.settled(offset),
    unsettled: () => text.unsettled(),
  };
};

/**
 * The refusal of a text that is not the one which was split: it begins otherwise, or what stands in front of the range
 * or at its end does. What can be read only in order is not looked through first.
 */
const otherFile = async (
  text: SourceText,
  { first, path, ranges }: SplitPlan,
  index: number,
  signal: AbortSignal,
): Promise<SourceRefusal | undefined> => {
  if (text.unsettled() !== undefined) return undefined;
  const edges = ranges.slice(index, text.isPlain ? index + 2 : index + 1);
  const differing = await firstDiffering(text, first, edges, signal);
  return differing === 'differs' ? notWhatWasSplit(text.path, path) : differing;
};

/** Whether the text's beginning or what stood in front of these ranges is another now, or cannot be read. */
const firstDiffering = async (
  text: SourceText,
  first: SplitPlan['first'],
  ranges: SplitPlan['ranges'],
  signal: AbortSignal,
): Promise<'differs' | SourceRefusal | undefined> => {
  const edges = ranges.filter(({ from }) => from > 0);
  const known = edges.map(({ from, before }) => ({ at: from - before.length, stretch: before }));
  for (const { at, stretch } of [{ at: 0, stretch: first }, ...known]) {
    const stands = await standsAt(text, at, stretch, signal);
    if (stands !== 'stands') return stands;
  }
  return undefined;
};

const changedMeanwhile = (path: string): SourceRefusal => ({
  kind: 'refused',
  reason: 'other-content',
  path,
  message:
    `${path} was changed while it was looked through for its ranges, and nothing of it was appended. ` +
    'Give it again when what it holds stays as it is; it may grow.',
});

const notWhatWasSplit = (path: string, before: string): SourceRefusal => ({
  kind: 'refused',
  reason: 'other-content',
  path,
  message:
    `${path} begins like ${before}, which is read by ranges, but what stands at the edges of these differs. ` +
    'Give the file that was read before; a changed copy of it is a source of its own when its first row differs.',
});
