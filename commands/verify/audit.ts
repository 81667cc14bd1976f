import { type SourceId } from '../../domain/ids.js';
import { type LogEntry } from '../../domain/log-entry.js';
import { type Revision } from '../../domain/revision.js';
import { type SegmentHeader } from '../../domain/segment/segment.js';
import { firstKept, type TrimHorizons, wholeFrom } from '../../domain/trim-horizon.js';

/** What the log holds of one source. */
export interface SourceInLog {
  readonly events: number;
  /** False when its rows are wide: such a row can become several events. */
  readonly oneEventPerRow: boolean;
}

/** What reading the log alone tells of it (promise L2). */
export interface AuditReport {
  readonly segments: number;
  readonly events: number;
  readonly sources: ReadonlyMap<SourceId, SourceInLog>;
  /** What is wrong, each with its key; at most `mostFaults` of them. */
  readonly faults: readonly string[];
}

const mostFaults = 100;

/** The segments of one append: they share a revision, since an append is one transaction. */
interface OpenBatch {
  readonly revision: Revision;
  readonly header: SegmentHeader;
  readonly key: string;
  readonly parts: Set<number>;
}

const sameBatch = (a: SegmentHeader, b: SegmentHeader): boolean =>
  a.source === b.source && a.claim === b.claim && a.batch === b.batch && a.parts === b.parts && a.from === b.from;

/**
 * Checks a whole log, given in its order: sequences from the first that is kept and without gaps in each partition and
 * lane, batches with all their segments, and no stretch of a source appended twice in one pass. What retention deleted
 * is not missed.
 */
export class Audit {
  #segments = 0;
  #events = 0;
  #open: OpenBatch | undefined;
  readonly #sequences = new Map<string, number>();
  readonly #sources = new Map<SourceId, { events: number; oneEventPerRow: boolean }>();
  /** Where the next stretch of a source's pass may begin. */
  readonly #covered = new Map<string, number>();
  /** How many segments of a revision are passed by. */
  readonly #passedBy = new Map<Revision, number>();
  readonly #faults: string[] = [];

  /** Before this revision segments may be missing, because retention deleted them. */
  readonly #wholeFrom: Revision;

  /** @param trimmed where each lane begins, and from where on the log is whole */
  constructor(private readonly trimmed: TrimHorizons = new Map()) {
    this.#wholeFrom = wholeFrom(trimmed);
  }

  add(entry: LogEntry, header: SegmentHeader): void {
    this.#segments += 1;
    this.#events += header.events;
    this.#checkSequence(entry);
    this.#checkBatch(entry, header);
    const source = this.#sources.get(header.source) ?? { events: 0, oneEventPerRow: true };
    source.events += header.events;
    source.oneEventPerRow = header.columns.some((name) => name.trim().toLowerCase() === 'metric_name');
    this.#sources.set(header.source, source);
  }

  /** A segment that cannot be read. */
  unreadable(entry: LogEntry, reason: string): void {
    this.#segments += 1;
    this.#checkSequence(entry);
    this.#fault(`${entry.key}: ${reason}`);
  }

  /** A segment that an operator has had passed by: what it held is not known, its place still counts. */
  passedBy(entry: LogEntry): void {
    this.#segments += 1;
    this.#checkSequence(entry);
    this.#passedBy.set(entry.revision, (this.#passedBy.get(entry.revision) ?? 0) + 1);
  }

  /** Of all that was added; the last batch counts as complete only with all its segments. */
  get report(): AuditReport {
    const last = this.#missing();
    return {
      segments: this.#segments,
      events: this.#events,
      sources: this.#sources,
      faults: last === undefined ? this.#faults : [...this.#faults, last],
    };
  }

  #checkSequence({ partition, lane, sequence, key }: LogEntry): void {
    const column = `${String(partition)}/${String(lane)}`;
    const expected = this.#sequences.get(column) ?? firstKept(this.trimmed.get(partition), lane);
    if (sequence !== expected)
      this.#fault(`${key}: sequence ${String(sequence)} stands where ${String(expected)} should`);
    this.#sequences.set(column, sequence + 1);
  }

  #checkBatch({ revision, key }: LogEntry, header: SegmentHeader): void {
    const open = this.#open;
    if (open?.revision !== revision) {
      const missing = this.#missing();
      if (missing !== undefined) this.#fault(missing);
      this.#checkStretch(key, header);
      this.#open = { revision, header, key, parts: new Set([header.part]) };
      return;
    }
    if (!sameBatch(open.header, header))
      this.#fault(`${key}: names another batch than ${open.key}, with which it was appended`);
    else if (open.parts.has(header.part))
      this.#fault(`${key}: part ${String(header.part)} of its batch stands there twice`);
    open.parts.add(header.part);
  }

  #checkStretch(key: string, { source, pass, from, to }: SegmentHeader): void {
    const name = `${source}/${String(pass)}`;
    const covered = this.#covered.get(name) ?? 0;
    if (from < covered) {
      this.#fault(
        `${key}: bytes ${String(from)} to ${String(Math.min(to, covered))} of source ${source} were appended before`,
      );
    }
    this.#covered.set(name, Math.max(covered, to));
  }

  #missing(): string | undefined {
    if (this.#open === undefined || this.#open.revision < this.#wholeFrom) return undefined;
    const { header, key, parts, revision } = this.#open;
    return parts.size + (this.#passedBy.get(revision) ?? 0) >= header.parts
      ? undefined
      : `${key}: its batch has ${String(header.parts)} segments and ${String(parts.size)} of them are in the log`;
  }

  #fault(text: string): void {
    if (this.#faults.length < mostFaults) this.#faults.push(text);
  }
}
