import { type Sequence } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { type LogEntry } from '../../domain/log-entry.js';
import { type SegmentHeader } from '../../domain/segment/segment.js';
import { firstKept, type TrimHorizons } from '../../domain/trim-horizon.js';
import { type LaneBlocks, type LogBlock, sumOf } from './log-block.js';

type Placed = Pick<LogEntry, 'partition' | 'lane' | 'sequence' | 'revision' | 'bytes'>;
type Told = Pick<SegmentHeader, 'events' | 'appendedAt'>;

const keyOf = ({ partition, lane }: Pick<LogEntry, 'partition' | 'lane'>): string =>
  `${String(partition)}/${String(lane)}`;

/**
 * What the log holds, in blocks: how retention knows the size and the age of the log without reading it twice. Bounded
 * by the size of the log over that of a block, and by one block for each lane of each partition.
 */
export class LogLedger {
  readonly #lanes = new Map<string, LogBlock[]>();
  #bytes = 0;

  /**
   * @param blockBytes how large a block grows
   * @param horizons blocks end at them too
   */
  constructor(
    private readonly blockBytes: number,
    private readonly horizons: TrimHorizons,
  ) {}

  /** Segments come in the order of the log; one that cannot be read has no header. */
  add(entry: Placed, header: Told | undefined): void {
    const blocks = this.#lanes.get(keyOf(entry)) ?? [];
    this.#lanes.set(keyOf(entry), blocks);
    const last = blocks.at(-1);
    const joins = last !== undefined && last.bytes < this.blockBytes && !this.#cutsAt(entry);
    if (joins) blocks.pop();
    blocks.push(blockWith(joins ? last : undefined, last, entry, header));
    this.#bytes += entry.bytes.byteLength;
  }

  #cutsAt({ partition, lane, sequence }: Placed): boolean {
    return firstKept(this.horizons.get(partition), lane) === sequence;
  }

  /** Of all segments that are there. */
  get bytes(): number {
    return this.#bytes;
  }

  get lanes(): readonly LaneBlocks[] {
    return [...this.#lanes.values()];
  }

  /** False when a horizon lies within a block: somebody else moved it, and the blocks must be counted anew. */
  fits(horizons: TrimHorizons): boolean {
    return this.lanes.every((blocks) => {
      const { partition, lane } = blocks[0]!;
      const kept = firstKept(horizons.get(partition), lane);
      return blocks[0]!.first >= kept || blocks.some(({ first }) => first === kept);
    });
  }

  /** Forgets what lies before these horizons, because it was deleted. */
  drop(horizons: TrimHorizons): void {
    for (const blocks of this.#lanes.values()) {
      const { partition, lane } = blocks[0]!;
      const first = firstKept(horizons.get(partition), lane);
      const kept = blocks.findIndex(({ end }) => end > first);
      if (kept > 0) this.#bytes -= sumOf(blocks.splice(0, kept), ({ bytes }) => bytes);
    }
  }
}

const blockWith = (
  joined: LogBlock | undefined,
  before: LogBlock | undefined,
  { partition, lane, sequence, revision, bytes }: Placed,
  header: Told | undefined,
): LogBlock => {
  const appended = header?.appendedAt ?? before?.newest ?? (0n as Instant);
  const events = header?.events ?? 0;
  const end = (sequence + 1) as Sequence;
  if (joined === undefined) {
    const size = { events, bytes: bytes.byteLength };
    return { partition, lane, first: sequence, end, through: revision, ...size, oldest: appended, newest: appended };
  }
  return {
    ...joined,
    ...{ end, through: revision, events: joined.events + events, bytes: joined.bytes + bytes.byteLength },
    oldest: appended < joined.oldest ? appended : joined.oldest,
    newest: appended > joined.newest ? appended : joined.newest,
  };
};
