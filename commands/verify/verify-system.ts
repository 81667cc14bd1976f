import { setTimeout as pause } from 'node:timers/promises';
import { isLeft } from 'fp-ts/lib/Either.js';
import { type LogEntry, type LogReader, LogTrimmed } from '../../domain/log-entry.js';
import { isStandIn, type Quarantine } from '../../domain/quarantine.js';
import { beginning, next, type Revision } from '../../domain/revision.js';
import { type decodeSegment } from '../../domain/segment/decode.js';
import { type SystemSnapshot, type TakeSnapshot } from '../../domain/system-snapshot.js';
import { sameHorizons, type TrimHorizons } from '../../domain/trim-horizon.js';
import { type PassedBy, passedBy } from '../log/quarantine-segment.js';
import { Audit } from './audit.js';
import { Census } from './census.js';
import { LogCourse, type RunEndsIn } from './log-course.js';
import { isSettled, judge, type Verdict } from './verdict.js';

export interface VerifyPorts {
  readonly log: LogReader;
  readonly snapshot: TakeSnapshot;
  /** What is passed by, by key. */
  readonly quarantines: (signal: AbortSignal) => Promise<ReadonlyMap<string, Quarantine>>;
  readonly decode: typeof decodeSegment;
  readonly runEndsIn: RunEndsIn;
  /** True while a streamer still has sources to read that end, which may have no checkpoint yet. */
  readonly streamersBusy: (signal: AbortSignal) => Promise<boolean>;
}

export interface Verified {
  readonly verdict: Verdict;
  /** True when the wait was over before streamers had come to the end of sources that end. */
  readonly isReading: boolean;
}

const lookEveryMs = 250;
/** So often reading begins again because retention deletes faster than the log is read. */
const mostTrims = 100;

/**
 * Reads the whole log, from its recorded horizons on, and holds it against the sources' checkpoints, the dead letters and the projections' checkpoints,
 * all at one revision. Throws when etcd does not answer, or deletes faster than the log can be read.
 *
 * @param waitMs how long to wait for sources to end and projections to catch up; what has been read is not read again
 */
export const verifySystem = async (ports: VerifyPorts, waitMs: number, signal: AbortSignal): Promise<Verified> => {
  let reading = new LogReading(ports, new Map());
  const deadline = performance.now() + waitMs;
  for (let trimmed = 0; ;) {
    const busy = waitMs > 0 && (await ports.streamersBusy(signal));
    const snapshot = await ports.snapshot(signal);
    if (!reading.isFrom(snapshot.trimmed)) reading = new LogReading(ports, snapshot.trimmed);
    try {
      await reading.upTo(snapshot.revision, signal);
    } catch (error) {
      if (!(error instanceof LogTrimmed) || ++trimmed > mostTrims) throw error;
      reading = new LogReading(ports, new Map());
      continue;
    }
    const verdict = reading.judge(snapshot, passedBy((await ports.quarantines(signal)).values()));
    // What was read may have been cut by a later horizon than the one that is counted.
    const isCut = !verdict.ok && !sameHorizons(snapshot.trimmed, (await ports.snapshot(signal)).trimmed);
    if (isCut && ++trimmed <= mostTrims) continue;
    if (!busy && isSettled(snapshot, verdict)) return { verdict, isReading: false };
    if (performance.now() >= deadline) return { verdict, isReading: busy };
    await pause(lookEveryMs, undefined, { signal });
  }
};

/** The log from its recorded horizons on, as far as it has been read. */
class LogReading {
  readonly #ports: VerifyPorts;
  readonly #trimmed: TrimHorizons;
  readonly #audit: Audit;
  readonly #census = new Census();
  readonly #course = new LogCourse();
  #from = beginning;

  constructor(ports: VerifyPorts, trimmed: TrimHorizons) {
    this.#ports = ports;
    this.#trimmed = trimmed;
    this.#audit = new Audit(trimmed);
  }

  /** What was read before a horizon moved cannot be held against what is counted as gone since. */
  isFrom(trimmed: TrimHorizons): boolean {
    return sameHorizons(this.#trimmed, trimmed);
  }

  async upTo(revision: Revision, signal: AbortSignal): Promise<void> {
    for await (const batch of this.#ports.log.list({ kind: 'everything' }, this.#from, revision, signal)) {
      batch.entries.forEach((entry) => this.#add(entry));
    }
    this.#from = next(revision);
  }

  judge(snapshot: SystemSnapshot, quarantined: readonly PassedBy[]): Verdict {
    return judge(snapshot, this.#audit.report, this.#census.counts, this.#course, this.#ports.runEndsIn, quarantined);
  }

  #add(entry: LogEntry): void {
    const decoded = this.#ports.decode(entry.bytes);
    if (isLeft(decoded)) {
      const fault = decoded.left;
      const reason = fault.kind === 'damaged' ? fault.reason : `format version ${String(fault.version)} is unknown`;
      this.#audit.unreadable(entry, reason);
      this.#course.add(entry, undefined);
      return;
    }
    const { header } = decoded.right;
    if (isStandIn(header)) {
      this.#audit.passedBy(entry);
      this.#course.add(entry, 0);
      return;
    }
    this.#audit.add(entry, header);
    this.#census.add(decoded.right);
    this.#course.add(entry, header.events);
  }
}
