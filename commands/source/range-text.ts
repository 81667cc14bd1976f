import { type SourceText, type TextStep } from '../../domain/source-text.js';

/** Bytes of a file: from, inclusive, to, exclusive; the last range has no end of its own. */
export interface Extent {
  readonly from: number;
  readonly to: number | undefined;
}

async function* upTo(
  steps: AsyncIterable<TextStep>,
  at: number,
  to: number,
  onRead: (at: number) => void,
): AsyncGenerator<TextStep, void, undefined> {
  if (at >= to) return yield { kind: 'end' };
  for await (const step of steps) {
    if (step.kind === 'end') {
      return yield { kind: 'broken', message: `the file ends before byte ${String(to)}, where a range of it ends` };
    }
    if (step.kind !== 'text') {
      yield step;
      continue;
    }
    const bytes = step.bytes.subarray(0, to - at);
    at += bytes.length;
    onRead(at);
    yield { kind: 'text', bytes };
    if (at === to) return yield { kind: 'end' };
  }
}

/** A text that ends where a range of it ends. Offsets are those of the whole text; what is told of progress is of the range alone. */
export const rangeText = (text: SourceText, { from, to }: Extent): SourceText => {
  let readTo = from;
  const onRead = (at: number): void => {
    readTo = Math.max(readTo, at);
  };
  return {
    ...wholeOf(text),
    progress: () => {
      const { readBytes, sizeBytes } = text.progress();
      const end = to ?? sizeBytes;
      const at = to === undefined ? Math.max(from, readBytes) : readTo;
      return { readBytes: at - from, sizeBytes: end === undefined ? undefined : Math.max(0, end - from) };
    },
    steps: (at, signal, wishes) => {
      const steps = text.steps(at, signal, wishes);
      return to === undefined ? steps : upTo(steps, at, to, onRead);
    },
  };
};

const wholeOf = (text: SourceText): Omit<SourceText, 'progress' | 'steps'> => ({
  path: text.path,
  isFollowed: text.isFollowed,
  isPlain: text.isPlain,
  canGoBackTo: (at) => text.canGoBackTo(at),
  settled: (offset) => text.settled(offset),
  unsettled: () => text.unsettled(),
});
