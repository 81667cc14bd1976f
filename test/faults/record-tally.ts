import { type Partition } from '../../domain/ids.js';
import { type Revision } from '../../domain/revision.js';
import { stableHash } from '../../domain/partitioning.js';

/** What came of one segment: how many records, and a sum over their names that does not tell their order. */
interface Heard {
  records: number;
  sum: number;
}

const nameOf = (revision: Revision, partition: Partition): string => `${String(revision)}/${String(partition)}`;

/** The records of a stretch of the log, by segment. */
export class RecordTally {
  readonly #segments = new Map<string, Heard>();
  records = 0;

  add(revision: Revision, partition: Partition, uuid: string, timestamp: string): void {
    const name = nameOf(revision, partition);
    const heard = this.#segments.get(name) ?? { records: 0, sum: 0 };
    heard.records += 1;
    heard.sum = (heard.sum + stableHash(`${uuid} ${timestamp}`)) >>> 0;
    this.#segments.set(name, heard);
    this.records += 1;
  }

  /** The segments of which another tally has something else, the first few. */
  differences(other: RecordTally): readonly string[] {
    const names = new Set([...this.#segments.keys(), ...other.#segments.keys()]);
    const nothing = { records: 0, sum: 0 };
    return [...names]
      .flatMap((name) => {
        const [mine, theirs] = [this.#segments.get(name) ?? nothing, other.#segments.get(name) ?? nothing];
        if (mine.records === theirs.records && mine.sum === theirs.sum) return [];
        return [`revision/partition ${name}: ${String(theirs.records)} records instead of ${String(mine.records)}`];
      })
      .slice(0, 5);
  }
}
