import { deadLetterId } from '../../../domain/dead-letter-id.js';
import { type DocumentReader } from '../../../domain/document-reader.js';
import {
  type FoldCheckpoint,
  type GenerationRecord,
  type ProjectionName,
  projectionNames,
} from '../../../domain/generation.js';
import { type Lane, type Partition, type Sequence } from '../../../domain/ids.js';
import { type Instant } from '../../../domain/instant.js';
import { type LogBatch, type LogEntry, type LogReader } from '../../../domain/log-entry.js';
import { StoreSilent } from '../../../domain/document-reader.js';
import { type LogIdentity } from '../../../domain/log-identity.js';
import { type MaintenanceReport } from '../../../domain/maintenance-report.js';
import { type ModelFeed, type ModelUpdate } from '../../../domain/model-feed.js';
import { type DocumentChange } from '../../../domain/read-model.js';
import { next, type Revision } from '../../../domain/revision.js';
import { decodeSegment } from '../../../domain/segment/decode.js';
import { encodeSegment } from '../../../domain/segment/encode.js';
import { type PartitionFold } from '../../../projections/projection.js';
import { describeFault } from '../../../projections/runner/read-partition.js';
import { projections } from '../../../projections/projections.js';
import { chunksOfRun } from '../../../projections/history/chunks-of-run.js';
import { OpenRun } from '../../../projections/history/open-run.document.js';
import { type Fullness } from '../../../query-api/health/gateway-health.js';
import { type Surroundings } from '../../../query-api/model/standing.js';
import { type ResetOutcome } from '../../../query-api/queries/admin.js';
import { type GatewayPorts } from '../../../query-api/gateway-ports.js';
import { type ProjectionRow } from '../../../domain/projection-row.js';
import { at, byPartition, type Row, segmentOf } from './made-rows.js';
import { Queue } from './queue.js';

interface Part {
  readonly fold: PartitionFold;
  readonly documents: Map<string, DocumentChange>;
  checkpoint: FoldCheckpoint;
  waiting: LogEntry[];
  /** How many events, those of an open run of history among them. */
  folded: number;
  stop?: ProjectionRow['stopped'][number];
}

/** Of a clock. */
const millisOf = (at: Instant): number => Number(at / 1_000_000n);

const partitions = 4;
const nothing: FoldCheckpoint = { next: 0n as Revision, segments: 0, events: 0 };

/** A log and its read models in memory, folded by the real folds: what a gateway sees of etcd. */
export class World {
  readonly identity = { log_id: 'test-log', epoch: 0, partitions, format: 1 } as LogIdentity;
  /** What the clock shows, RFC 3339. */
  now = '2025-07-18T20:42:40Z';
  /** When etcd answered last; undefined means "just now". */
  lastAnswer: string | undefined;
  /** The collectors are held up: what is appended is not folded until they go on. */
  held = false;
  /** How full etcd is; not known by itself. */
  fullness: Fullness | undefined;
  retention: MaintenanceReport | undefined;
  /** How often history was listed and read. */
  readonly reads = { paths: 0, gets: 0 };
  readonly warnings: string[] = [];
  /** What the gateway was asked to rebuild, what it is told of that, and the token that it wants. */
  readonly resets: { readonly projection: ProjectionName; readonly partial: boolean }[] = [];
  /** Whether etcd does not say how far projections are, and how often it has been asked in vain. */
  silent = false;
  silences = 0;
  resetAnswer: ResetOutcome | StoreSilent = { kind: 'started', version: 1, generation: 2, partial: false };
  /** The letters that the gateway was asked to have read again; each is there once. */
  readonly replays: string[] = [];
  adminToken: string | undefined;
  readonly surroundings = new Queue<Surroundings>();
  readonly log: LogEntry[] = [];
  #revision = 10n;
  readonly #parts = new Map<string, Part>();
  readonly #feeds = new Map<ProjectionName, Queue<ModelUpdate>>();
  readonly #followers: Queue<LogBatch>[] = [];
  readonly #horizons = new Queue<Revision>();

  constructor() {
    for (const projection of projections)
      for (let p = 0; p < partitions; p++) {
        const fold = projection.open(p as Partition, []);
        this.#parts.set(`${projection.name}/${p}`, {
          fold,
          documents: new Map(),
          checkpoint: nothing,
          waiting: [],
          folded: 0,
        });
      }
  }

  /** Who follows the log. */
  get followers(): number {
    return this.#followers.length;
  }

  get revision(): Revision {
    return this.#revision as Revision;
  }

  /** One transaction: a segment for each partition that the rows fall into. */
  append(rows: readonly Row[], { cluster = 'c1', appended = '2025-07-18T20:42:38Z' } = {}): Revision {
    this.#revision++;
    const entries = [...byPartition(cluster, rows, partitions)].map(([partition, some]) =>
      this.#entry(partition, encodeSegment(segmentOf(cluster, appended, Number(this.#revision), some))),
    );
    return this.appendEntries(entries);
  }

  #entry(partition: Partition, bytes: Uint8Array): LogEntry {
    const sequence = Number(this.#revision) as Sequence;
    const key = `/telemetry/log/${partition}/00/${sequence}`;
    return { partition, lane: 0 as Lane, sequence, revision: this.revision, key, bytes };
  }

  /** A segment that nobody can read. */
  appendDamaged(partition: number): Revision {
    this.#revision++;
    return this.appendEntries([this.#entry(partition as Partition, Buffer.from('damaged'))]);
  }

  appendEntries(entries: readonly LogEntry[]): Revision {
    const inOrder = [...entries].sort((a, b) => a.partition - b.partition);
    this.log.push(...inOrder);
    for (const follower of this.#followers) follower.push({ entries: inOrder, through: this.revision, live: true });
    for (const name of projectionNames)
      for (const entry of inOrder) this.#parts.get(`${name}/${entry.partition}`)!.waiting.push(entry);
    if (!this.held) this.goOn();
    return this.revision;
  }

  /** The collectors fold what is waiting. */
  goOn(): void {
    this.held = false;
    for (const name of projectionNames) for (let p = 0; p < partitions; p++) this.#foldPart(name, p as Partition);
  }

  #foldPart(name: ProjectionName, partition: Partition): void {
    const part = this.#parts.get(`${name}/${partition}`)!;
    for (const entry of part.waiting.splice(0)) {
      const segment = decodeSegment(entry.bytes);
      if (segment._tag === 'Left') {
        part.stop = { partition, key: entry.key, reason: describeFault(segment.left) };
        break;
      }
      part.fold.fold(segment.right, entry.revision, entry.bytes.length);
      part.folded += segment.right.header.events;
    }
    const pending = part.fold.take();
    if (pending) this.#commit(name, partition, pending.changes, next(pending.through));
  }

  #commit(name: ProjectionName, partition: Partition, changes: readonly DocumentChange[], to: Revision): void {
    const part = this.#parts.get(`${name}/${partition}`)!;
    for (const change of changes) part.documents.set(change.path.join('/'), change);
    part.checkpoint = { ...part.checkpoint, next: to };
    const documents = name === 'history' ? [] : changes.map((change) => ({ partition, ...change }));
    this.#feeds.get(name)?.push({ kind: 'changed', changes: documents, checkpoints: [[partition, part.checkpoint]] });
  }

  /** Writes what the open runs hold as chunks, as if each run had come to its end here. */
  writeHistory(): void {
    for (let p = 0; p < partitions; p++) {
      const part = this.#parts.get(`history/${p}`)!;
      const run = new OpenRun();
      for (const entry of this.log) {
        const segment = decodeSegment(entry.bytes);
        if (entry.partition !== p || entry.revision < part.checkpoint.next || segment._tag === 'Left') continue;
        run.append(segment.right, entry.revision, entry.bytes.length);
      }
      if (run.through === undefined) continue;
      const changes = [...chunksOfRun(run)].flatMap((of) => of.changes);
      this.#commit('history', p as Partition, changes, next(run.through));
    }
  }

  /** Retention deletes the log before a revision. */
  trim(wholeFrom: Revision): void {
    const kept = this.log.filter(({ revision }) => revision >= wholeFrom);
    this.log.splice(0, this.log.length, ...kept);
    this.#horizons.push(wholeFrom);
  }

  /** Another generation of the same documents becomes the active one. */
  activate(name: ProjectionName, record: GenerationRecord): void {
    for (const update of this.#listing(name, record)) this.#feeds.get(name)?.push(update);
  }

  /** Documents of a projection, by path. */
  documentsOf(name: ProjectionName): readonly (readonly string[])[] {
    return [...this.#parts].flatMap(([key, { documents }]) =>
      key.startsWith(`${name}/`) ? [...documents.values()].map(({ path }) => path) : [],
    );
  }

  /** As the operator's command would count them. */
  projectionRows(): readonly ProjectionRow[] {
    return projectionNames.map((name) => {
      const parts = [...Array(partitions).keys()].map((p) => this.#parts.get(`${name}/${p}`)!);
      const lag_segments = parts.reduce((sum, { waiting }) => sum + waiting.length, 0);
      return {
        name,
        version: 1,
        generation: '1',
        state: 'active',
        partial: false,
        lag_segments,
        events: parts.reduce((sum, { folded }) => sum + folded, 0),
        stopped: parts.flatMap(({ stop }) => stop ?? []),
        ...{ old: false, events_per_second: 0, partitions, partitions_done: 0, failure: null },
      };
    });
  }

  #listing(name: ProjectionName, record: GenerationRecord): readonly ModelUpdate[] {
    const all = [...Array(partitions).keys()].map((p) => [p as Partition, this.#parts.get(`${name}/${p}`)!] as const);
    const changes = all.flatMap(([partition, { documents }]) =>
      name === 'history' ? [] : [...documents.values()].map((change) => ({ partition, ...change })),
    );
    const checkpoints = all.map(([partition, { checkpoint }]) => [partition, checkpoint] as const);
    return [{ kind: 'opened', record }, { kind: 'changed', changes, checkpoints }, { kind: 'loaded' }];
  }

  #feed(): ModelFeed {
    const first = (name: ProjectionName): GenerationRecord => ({
      ...{ projection: name, generation: 1, version: 1, state: 'active', partial: false },
      created_at: at(this.now),
    });
    return {
      follow: (name, signal) => {
        const queue = new Queue<ModelUpdate>();
        for (const update of this.#listing(name, first(name))) queue.push(update);
        this.#feeds.set(name, queue);
        return queue.take(signal);
      },
    };
  }

  #logReader(): LogReader {
    const inScope = (partition: Partition | undefined, from: Revision, to: Revision) =>
      this.log.filter(
        (entry) =>
          entry.revision >= from && entry.revision <= to && (partition === undefined || entry.partition === partition),
      );
    const partitionIn = (scope: Parameters<LogReader['list']>[0]): Partition | undefined =>
      scope.kind === 'partition' ? scope.partition : undefined;
    return {
      head: () => Promise.resolve(this.revision),
      follow: (scope, from, signal) => {
        const queue = new Queue<LogBatch>();
        const entries = inScope(partitionIn(scope), from, this.revision);
        if (entries.length > 0) queue.push({ entries, through: this.revision, live: true });
        this.#followers.push(queue);
        return queue.take(signal);
      },
      list: async function* (scope, from, to) {
        yield { entries: inScope(partitionIn(scope), from, to), through: to, live: false };
      },
      passedBy: (_entry, signal) =>
        new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true })),
    };
  }

  #documents(): DocumentReader {
    const documents = (partition: Partition) => this.#parts.get(`history/${partition}`)!.documents;
    return {
      paths: ({ partition }, below) => {
        this.reads.paths++;
        return Promise.resolve(
          [...documents(partition).values()]
            .map(({ path }) => path)
            .filter((path) => below.every((name, i) => path[i] === name)),
        );
      },
      read: ({ partition }, paths) => {
        this.reads.gets++;
        return Promise.resolve(paths.map((path) => documents(partition).get(path.join('/'))?.value));
      },
    };
  }

  ports(): GatewayPorts {
    return {
      feed: this.#feed(),
      log: () => this.#logReader(),
      documents: this.#documents(),
      projections: () => {
        if (!this.silent) return Promise.resolve(this.projectionRows());
        this.silences++;
        return Promise.reject(new StoreSilent('How far projections are cannot be counted now: no connection'));
      },
      wholeFrom: (signal) => this.#horizons.take(signal),
      space: () => this.fullness,
      retention: () => this.retention,
      resetProjection: (projection, partial) => {
        this.resets.push({ projection, partial });
        return this.resetAnswer instanceof StoreSilent
          ? Promise.reject(this.resetAnswer)
          : Promise.resolve(this.resetAnswer);
      },
      replayDeadLetters: (letters) => {
        const ids = letters.map(deadLetterId);
        this.replays.push(...ids);
        return Promise.resolve(ids.map((id) => ({ id, state: 'requested' })));
      },
      adminToken: this.adminToken,
      surroundings: (signal) => this.surroundings.take(signal),
      announce: () => Promise.resolve(),
      pipeline: () =>
        Promise.resolve({
          deadLetters: 3,
          space: { usedBytes: 5_000_000, fileBytes: 6_000_000, quotaBytes: 2 ** 31 },
        }),
      lastAnswer: () => millisOf(at(this.lastAnswer ?? this.now)),
      now: () => millisOf(at(this.now)),
      warn: (message) => void this.warnings.push(message),
    };
  }
}
