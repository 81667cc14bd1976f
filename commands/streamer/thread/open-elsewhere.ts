import { type SplitPlan } from '../../../domain/split-plan.js';
import {
  type FilePlace,
  type FoundRanges,
  type IdentifiedSource,
  type SourceOpening,
  type SourceRefusal,
} from '../../source/source.js';
import { type FindRequest, type OpenedFile, type OpenRequest, type SourceFacts } from './appends-request.js';
import { type Channel } from './channel.js';
import { Receiver } from './receiver.js';

type Ask = (request: OpenRequest | FindRequest) => Channel;
type Open = (signal: AbortSignal) => Promise<SourceOpening>;

/**
 * Opens a file in another thread, which will read it, too: what reads files is not even loaded in this one.
 *
 * @param here opens what only this thread can read, and whatever is to be read in this one all the same
 * @param number gives a new opening its number
 */
export const openElsewhere =
  (path: string, name: string, ask: Ask, here: Open, number: (opening: object) => number): Open =>
  async (signal) => {
    const opening = {};
    const file = { path, opening: number(opening) };
    const receiver = new Receiver(ask({ kind: 'open', ...file }), name, signal);
    try {
      const made = await receiver.next();
      if (made.kind === 'refused' || made.kind === 'no-rows') return made;
      if (made.kind === 'elsewhere') return await here(signal);
      if (made.kind !== 'opened') throw new Error(`a thread opened ${name} and said ${made.kind}`);
      const { source } = made;
      if (source.plainBytes === undefined) return await here(signal);
      return identified(source, { path, opening, range: undefined }, file, ask, here);
    } finally {
      receiver.end();
    }
  };

const identified = (
  { plainBytes, ...known }: SourceFacts,
  place: FilePlace,
  file: OpenedFile,
  ask: Ask,
  here: Open,
): IdentifiedSource => {
  const common = { kind: 'identified', ...known, settled: () => undefined, unsettled: () => undefined } as const;
  const readHere = async (signal: AbortSignal): Promise<IdentifiedSource | SourceRefusal> => {
    const opening = await here(signal);
    return opening.kind === 'identified' && opening.id === known.id ? opening : otherThan(known.path, opening);
  };
  return {
    ...common,
    place,
    ranged: {
      plainBytes,
      find: (rangeBytes, onRead, signal) =>
        find(known.path, { kind: 'find', ...file, rangeBytes }, ask, onRead, signal),
      at: (plan, index) => ({
        ...common,
        ...rangeOf(plan, index),
        ranged: undefined,
        place: { ...place, range: { plan, index } },
        read: async (from, options, signal) => {
          const source = await readHere(signal);
          return source.kind === 'refused' ? source : source.ranged!.at(plan, index).read(from, options, signal);
        },
      }),
    },
    read: async (from, options, signal) => {
      const source = await readHere(signal);
      return source.kind === 'refused' ? source : source.read(from, options, signal);
    },
  };
};

const rangeOf = ({ ranges }: SplitPlan, index: number): Pick<IdentifiedSource, 'id' | 'start'> => {
  const { source: id, from: offset, row } = ranges[index]!;
  return { id, start: { offset, row } };
};

const otherThan = (path: string, opening: SourceOpening): SourceRefusal =>
  opening.kind === 'refused'
    ? opening
    : { kind: 'refused', reason: 'other-content', path, message: `${path} is another file than it was a moment ago` };

const find = async (
  name: string,
  request: FindRequest,
  ask: Ask,
  onRead: (bytes: number) => void,
  signal: AbortSignal,
): Promise<FoundRanges | SourceRefusal> => {
  const receiver = new Receiver(ask(request), name, signal);
  try {
    for (;;) {
      const made = await receiver.next();
      if (made.kind === 'found') return made.ranges;
      if (made.kind === 'refused') return made;
      if (made.kind === 'looked') onRead(made.bytes);
    }
  } finally {
    receiver.end();
  }
};
