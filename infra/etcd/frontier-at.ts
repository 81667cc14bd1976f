import { type Etcd3 } from 'etcd3';
import { type Sequence } from '../../domain/ids.js';
import { type Revision } from '../../domain/revision.js';
import { type Keys } from './keys.js';
import { laneExtents } from './lane-extents.js';
import { LaneFrontier, type LaneOfPartition } from './lane-frontier.js';
import { segmentRevisions } from './segment-revisions.js';
import { transactionLimits } from './transaction.js';

/** Where the search of a lane stands: its answer is between `low` and `high`, both inclusive. */
interface Search extends LaneOfPartition {
  low: number;
  high: number;
  isFirst: boolean;
}

const isOpen = ({ low, high }: Search): boolean => low < high;

/** Sequences to look at, in order. The newest is one of the first: a reader that resumes is nearly always there. */
const probesOf = ({ low, high, isFirst }: Search, most: number): readonly number[] => {
  const count = Math.max(1, Math.min(most, high - low));
  const even = Array.from({ length: count }, (_, i) => low + Math.floor(((i + 1) * (high - low)) / (count + 1)));
  return isFirst ? [...even.slice(0, -1), high - 1] : even;
};

/**
 * A frontier that begins with the first segment of each lane whose revision is at least `from`. All lanes are searched
 * side by side, and each at as many places at once as fit one transaction: what a search costs is the way to etcd and
 * back, of which a lane of 20,000 segments takes four or five and not fifteen. (etcd's own filters by revision load the
 * whole range.)
 */
export const frontierAt = async (
  client: Etcd3,
  keys: Keys,
  lanes: readonly LaneOfPartition[],
  from: Revision,
  at: Revision,
  signal: AbortSignal,
): Promise<LaneFrontier> => {
  const extents = await laneExtents(client, keys, lanes, signal, { at });
  const searches = extents.map(({ first, end, ...lane }): Search => ({
    ...lane,
    low: first,
    high: from <= 1n ? first : end,
    isFirst: true,
  }));
  for (let open = searches.filter(isOpen); open.length > 0; open = open.filter(isOpen)) {
    const most = Math.floor(transactionLimits.operations / open.length);
    const probes = open.map((search) => probesOf(search, most));
    const looked = open.flatMap((search, i) =>
      probes[i]!.map((sequence) => keys.segment({ ...search, sequence: sequence as Sequence })),
    );
    const created = [...(await segmentRevisions(client, looked, at, signal))];
    open.forEach((search, i) => {
      search.isFirst = false;
      for (const sequence of probes[i]!) {
        if (created.shift()! < from) search.low = Math.max(search.low, sequence + 1);
        else search.high = Math.min(search.high, sequence);
      }
    });
  }
  const frontier = new LaneFrontier(lanes);
  for (const search of searches) frontier.set(search, search.low as Sequence);
  return frontier;
};
