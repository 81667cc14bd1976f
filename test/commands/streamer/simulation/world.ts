import { type SourceClaim } from '../../../../commands/append/append-port.js';
import { type Append, type AppendAnswer } from '../../../../domain/append.js';
import { type Lane, type Sequence, type SourceId } from '../../../../domain/ids.js';
import { type Revision } from '../../../../domain/revision.js';

/** A stored segment. */
export interface Stored {
  readonly partition: number;
  readonly lane: number;
  readonly sequence: number;
  readonly revision: Revision;
  readonly bytes: Uint8Array;
}

/** What a broken store would forget to compare. */
export type Broken = 'checkpoint' | 'claim and place' | undefined;

/** What etcd would hold, with the transactions of the write side as etcd does them: all or nothing, one revision each. */
export class World {
  readonly partitions = 3;
  readonly lanes = new Map<number, Revision>();
  /** Who reads a source: the revision of its claim, and of the lane on whose lease it hangs. */
  readonly readers = new Map<SourceId, { readonly revision: Revision; readonly lane: Revision }>();
  readonly checkpoints = new Map<SourceId, string>();
  readonly log = new Map<string, Stored>();
  readonly trimmed: Stored[] = [];
  readonly deadLetters = new Map<string, number>();
  #revision = 1n;

  constructor(private readonly broken: Broken) {}

  append(append: Append): AppendAnswer {
    const first = append.segments[0];
    if (!this.#holds(append)) {
      return {
        kind: 'refused',
        claim: this.lanes.get(append.lane),
        checkpoint: this.checkpoints.get(append.source),
        segment: first && this.log.get(keyOf(first.partition, append.lane, first.sequence))?.bytes,
      };
    }
    const revision = this.#next();
    for (const { partition, sequence, bytes } of append.segments) {
      const stored = { partition, lane: append.lane, sequence, revision, bytes };
      const before = this.log.get(keyOf(partition, append.lane, sequence));
      if (before) this.trimmed.push(before);
      this.log.set(keyOf(partition, append.lane, sequence), stored);
    }
    for (const { source, offset } of append.deadLetters) {
      const key = `${source}/${String(offset)}`;
      this.deadLetters.set(key, (this.deadLetters.get(key) ?? 0) + 1);
    }
    this.checkpoints.set(append.source, append.checkpoint);
    return { kind: 'committed', revision };
  }

  #holds({ lane, claim, source, prior, segments }: Append): boolean {
    const placeHolds = segments.every(({ partition, sequence }) => !this.log.has(keyOf(partition, lane, sequence)));
    const checkpointHolds = this.checkpoints.get(source) === prior;
    if (this.broken === 'claim and place') return checkpointHolds;
    const othersHold = this.lanes.get(lane) === claim && placeHolds;
    return othersHold && (checkpointHolds || this.broken === 'checkpoint');
  }

  /** The next sequence of a lane in each partition: the first key plus the count. */
  heads(lane: Lane): readonly Sequence[] {
    return Array.from({ length: this.partitions }, (_, partition) => {
      const held = this.#column(partition, lane);
      return ((held[0]?.sequence ?? 0) + held.length) as Sequence;
    });
  }

  claimLane(): { readonly lane: Lane; readonly revision: Revision } | undefined {
    for (let lane = 0; lane < 2; lane++) {
      if (this.lanes.has(lane)) continue;
      const revision = this.#next();
      this.lanes.set(lane, revision);
      return { lane: lane as Lane, revision };
    }
    return undefined;
  }

  freeLane(lane: Lane, revision: Revision): void {
    if (this.lanes.get(lane) !== revision) return;
    this.lanes.delete(lane);
    for (const [source, reader] of this.readers) if (reader.lane === revision) this.readers.delete(source);
    this.#next();
  }

  /** For a lane that is still held by this claim; a lease that is gone can hold nothing. */
  claimSource(source: SourceId, lane: Lane, revision: Revision): SourceClaim | 'lease gone' | undefined {
    if (this.lanes.get(lane) !== revision) return 'lease gone';
    const reader = this.readers.get(source) ?? { revision: this.#next(), lane: revision };
    this.readers.set(source, reader);
    return reader.lane === revision ? { source, revision: reader.revision } : undefined;
  }

  freeSource({ source, revision }: SourceClaim): void {
    if (this.readers.get(source)?.revision === revision) this.readers.delete(source);
  }

  /** Retention: removes from the old end of a column, never its newest segment. */
  trim(partition: number, lane: number, most: number): void {
    for (const old of this.#column(partition, lane).slice(0, -1).slice(0, most)) {
      this.log.delete(keyOf(old.partition, old.lane, old.sequence));
      this.trimmed.push(old);
      this.#next();
    }
  }

  #column(partition: number, lane: number): readonly Stored[] {
    return [...this.log.values()]
      .filter((stored) => stored.partition === partition && stored.lane === lane)
      .sort((a, b) => a.sequence - b.sequence);
  }

  #next(): Revision {
    return ++this.#revision as Revision;
  }
}

const keyOf = (partition: number, lane: number, sequence: number): string =>
  `${String(partition)}/${String(lane)}/${String(sequence)}`;
