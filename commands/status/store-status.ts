import { type Lane, type Partition, type Sequence } from '../../domain/ids.js';
import { replayedLetters } from '../../domain/dead-letter-outcome.js';
import { type LogIdentity } from '../../domain/log-identity.js';
import { type Revision } from '../../domain/revision.js';
import { type SystemSnapshot, type TakeSnapshot } from '../../domain/system-snapshot.js';
import { firstKept, trimmedInAll, type TrimHorizons } from '../../domain/trim-horizon.js';

/** The segments of one lane of one partition: from `first`, inclusive, to `end`, exclusive. */
export interface LaneReach {
  readonly partition: Partition;
  readonly lane: Lane;
  readonly first: Sequence;
  readonly end: Sequence;
}

/** What the store says of a system at one revision: `status --json` shows it as it is, but for the lags of partitions. */
export interface StoreStatus<Projection> {
  readonly log: {
    readonly partitions: number;
    /** Lanes that hold segments. */
    readonly lanes: number;
    readonly segments: number;
    /**
     * In those segments, as checkpoints, outcomes of dead letters and horizons count them, which commit with the
     * segments or before they are deleted: nothing is read again to know it.
     */
    readonly events: number;
  };
  /** The revision of the newest segment, a 64-bit number and so a text; null for an empty log. */
  readonly head: string | null;
  readonly projections: readonly Projection[];
  /** Rows that could not become events and have not become some since; discarded ones count. */
  readonly dead_letters: number;
  /** Segments of each partition, by its number, that a projection has yet to fold. */
  readonly partition_lags: readonly number[];
}

/** The projections as they are shown, and how far each partition is. */
export interface ListedProjections<Projection> {
  readonly rows: readonly Projection[];
  readonly lags: readonly number[];
}

/** What is needed of the store. */
export interface StatusPorts<Projection> {
  readonly identity: (signal: AbortSignal) => Promise<LogIdentity | undefined>;
  readonly snapshot: TakeSnapshot;
  readonly reaches: (partitions: number, at: Revision, signal: AbortSignal) => Promise<readonly LaneReach[]>;
  /** The revisions of the newest segments of these lanes. */
  readonly newest: (lanes: readonly LaneReach[], at: Revision, signal: AbortSignal) => Promise<readonly Revision[]>;
  readonly projections: (
    snapshot: SystemSnapshot,
    partitions: number,
    reaches: readonly LaneReach[],
    signal: AbortSignal,
  ) => Promise<ListedProjections<Projection>>;
}

/** Reads what the store says of a system; all zero where no log has been created yet. Throws when etcd does not answer. */
export const readStoreStatus = async <Projection>(
  ports: StatusPorts<Projection>,
  signal: AbortSignal,
): Promise<StoreStatus<Projection>> => {
  const partitions = (await ports.identity(signal))?.partitions ?? 0;
  const snapshot = await ports.snapshot(signal);
  const reaches = await ports.reaches(partitions, snapshot.revision, signal);
  const written = reaches.filter(({ first, end }) => end > first);
  const newest = await ports.newest(written, snapshot.revision, signal);
  const { rows, lags } = await ports.projections(snapshot, partitions, reaches, signal);
  return {
    log: {
      partitions,
      lanes: new Set(written.map(({ lane }) => lane)).size,
      segments: sum(written.map((lane) => kept(lane, snapshot.trimmed))),
      events: appended(snapshot) - trimmedInAll(snapshot.trimmed).events,
    },
    head: newest.length === 0 ? null : String(newest.reduce((head, revision) => (revision > head ? revision : head))),
    projections: rows,
    dead_letters: sum(snapshot.deadLetters.values()) - replayedLetters(snapshot.settledLetters),
    partition_lags: lags,
  };
};

/** What lies before a horizon counts as gone, whether it is deleted yet or not. */
const kept = ({ partition, lane, first, end }: LaneReach, trimmed: TrimHorizons): number =>
  end - Math.max(first, firstKept(trimmed.get(partition), lane));

const appended = ({ sources, settledLetters }: SystemSnapshot): number =>
  sum(sources.map(({ events }) => events)) +
  sum(settledLetters.map(({ outcome }) => (outcome.kind === 'replayed' ? outcome.events : 0)));

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, number) => total + number, 0);
