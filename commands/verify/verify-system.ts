import { setTimeout as pause } from 'node:timers/promises';
import { isLeft } from 'fp-ts/lib/Either.js';
import { type LogEntry, type LogReader } from '../../domain/log-entry.js';
import { beginning, next, type Revision } from '../../domain/revision.js';
import { type decodeSegment } from '../../domain/segment/decode.js';
import { type SystemSnapshot, type TakeSnapshot } from '../../domain/system-snapshot.js';
import { Audit } from './audit.js';
import { Census } from './census.js';
import { LogCourse, type RunEnds } from './log-course.js';
import { isSettled, judge, type Verdict } from './verdict.js';

export interface VerifyPorts {
  readonly log: LogReader;
  readonly snapshot: TakeSnapshot;
  readonly decode: typeof decodeSegment;
  readonly runEnds: RunEnds;
  /** True while a streamer still has sources to read that end, which may have no checkpoint yet. */
  readonly streamersBusy: (signal: AbortSignal) => Promise<boolean>;
}

const lookEveryMs = 250;

/**
 * Reads the whole log and holds it against the sources' checkpoints, the dead letters and the projections' checkpoints,
 * all at one revision. Throws when etcd does not answer.
 *
 * @param waitMs how long to wait for sources to end and projections to catch up; what has been read is not read again
 */
export const verifySystem = async (ports: VerifyPorts, waitMs: number, signal: AbortSignal): Promise<Verdict> => {
  const reading = new LogReading(ports);
  const deadline = performance.now() + waitMs;
  for (;;) {
    const busy = waitMs > 0 && (await ports.streamersBusy(signal));
    const snapshot = await ports.snapshot(signal);
    await reading.upTo(snapshot.revision, signal);
    const verdict = reading.judge(snapshot);
    if ((!busy && isSettled(snapshot, verdict)) || performance.now() >= deadline) return verdict;
    await pause(lookEveryMs, undefined, { signal });
  }
};

/** The log as far as it has been read. */
class LogReading {
  readonly #ports: VerifyPorts;
  readonly #audit = new Audit();
  readonly #census = new Census();
  readonly #course = new LogCourse();
  #from = beginning;

  constructor(ports: VerifyPorts) {
    this.#ports = ports;
  }

  async upTo(revision: Revision, signal: AbortSignal): Promise<void> {
    for await (const batch of this.#ports.log.list({ kind: 'everything' }, this.#from, revision, signal)) {
      batch.entries.forEach((entry) => this.#add(entry));
    }
    this.#from = next(revision);
  }

  judge(snapshot: SystemSnapshot): Verdict {
    return judge(snapshot, this.#audit.report, this.#census.counts, this.#course, this.#ports.runEnds);
  }

  #add(entry: LogEntry): void {
    const decoded = this.#ports.decode(entry.bytes);
    if (isLeft(decoded)) {
      const fault = decoded.left;
      const reason = fault.kind === 'damaged' ? fault.reason : `format version ${String(fault.version)} is unknown`;
      this.#audit.unreadable(entry, reason);
      return;
    }
    const { header } = decoded.right;
    this.#audit.add(entry, header);
    this.#census.add(decoded.right);
    this.#course.add(entry, header.events);
  }
}
