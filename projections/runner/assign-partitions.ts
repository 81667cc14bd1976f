import { type Partition } from '../../domain/ids.js';
import { stableHash } from '../../domain/partitioning.js';

/** Which member owns each partition. */
export type Assignment = ReadonlyMap<Partition, string>;

/** Rendezvous hashing (Thaler, Ravishankar): of the partition's number alone, so that all projections agree. */
const score = (member: string, partition: Partition): number => stableHash(`${member}\0${String(partition)}`);

const byScore = (member: string) => (a: Partition, b: Partition) => score(member, b) - score(member, a) || a - b;

/**
 * Shares the partitions 0 … `count`−1 among members so that each has between ⌊P/N⌋ and ⌈P/N⌉ (promise P6). A member
 * keeps what it holds where these bounds allow; the rest go by rendezvous hash among those with room. The same input
 * gives the same answer everywhere, and carrying it out step by step, in any order, does not change it on the way.
 *
 * @param holders who holds each partition now; members that are gone may stand in it and count as nobody
 */
export const assignPartitions = (count: number, members: Iterable<string>, holders: Assignment): Assignment => {
  const present = [...new Set(members)].sort();
  const assigned = new Map<Partition, string>();
  if (present.length === 0) return assigned;

  const least = Math.floor(count / present.length);
  const sizes = new Map<string, number>(present.map((member) => [member, 0]));
  let spare = count % present.length;
  const hasRoom = (member: string) => sizes.get(member)! < least || (sizes.get(member) === least && spare > 0);
  const assign = (partition: Partition, member: string) => {
    if (sizes.get(member) === least) spare -= 1;
    sizes.set(member, sizes.get(member)! + 1);
    assigned.set(partition, member);
  };

  const partitions = Array.from({ length: count }, (_, number) => number as Partition);
  for (const member of present) {
    const held = partitions.filter((partition) => holders.get(partition) === member);
    for (const partition of held.sort(byScore(member))) if (hasRoom(member)) assign(partition, member);
  }
  for (const partition of partitions) {
    if (assigned.has(partition)) continue;
    const able = present.filter(hasRoom);
    assign(
      partition,
      able.reduce((best, member) => (score(member, partition) > score(best, partition) ? member : best)),
    );
  }
  return assigned;
};
