import * as t from 'io-ts';
import { ProjectionName } from './generation.js';
import { Partition } from './ids.js';
import { plural } from './quantities.js';
import { beginning, Revision } from './revision.js';

/** Who still needs segments: a generation that has not folded them, the archive that does not hold them yet. */
export const LogKeeper = t.union(
  [
    t.readonly(t.type({ kind: t.literal('generation'), projection: ProjectionName, generation: t.number })),
    t.readonly(t.type({ kind: t.literal('archive') })),
    /** No projection has a generation that counts, so that nothing has been folded. */
    t.readonly(t.type({ kind: t.literal('no generation') })),
  ],
  'LogKeeper',
);
export type LogKeeper = t.TypeOf<typeof LogKeeper>;

/** Up to which revision a partition may be trimmed, exclusive, and who keeps what lies from there on. */
export interface LogFloor {
  readonly before: Revision;
  readonly keepers: readonly LogKeeper[];
}

/** The lower of two; at the same revision both keep. */
export const lowerFloor = (a: LogFloor, b: LogFloor): LogFloor => {
  if (a.before !== b.before) return a.before < b.before ? a : b;
  return { before: a.before, keepers: [...a.keepers, ...b.keepers] };
};

/** Segments that would go, and stay because of one keeper. Part of a stored report. Versioned: change with care. */
export const HeldBack = t.readonly(
  t.type({
    keeper: LogKeeper,
    /** The lowest revision that it keeps, of all these partitions. */
    from: Revision,
    partitions: t.readonlyArray(Partition),
    segments: t.number,
    bytes: t.number,
  }),
  'HeldBack',
);
export type HeldBack = t.TypeOf<typeof HeldBack>;

const reasonOf = (keeper: LogKeeper, from: Revision): string => {
  switch (keeper.kind) {
    case 'archive':
      return from > beginning
        ? `the archive does not hold them: it ends before revision ${String(from)}`
        : 'the archive does not hold them, or it has not been found out yet what it holds, or it cannot be read or written now';
    case 'no generation':
      return 'no projection has folded anything yet, which collectors do';
    case 'generation': {
      const { projection, generation } = keeper;
      const open = projection === 'history' ? ', or their run is still open' : '';
      return `generation ${String(generation)} of ${projection} has not folded them${open}, from revision ${String(from)} on`;
    }
  }
};

/** A sentence without its full stop: what stays, and why. */
export const describeHeldBack = ({ keeper, from, partitions, segments }: HeldBack): string =>
  `${plural(segments, 'segment')} of ${plural(partitions.length, 'partition')} stay: ${reasonOf(keeper, from)}`;
