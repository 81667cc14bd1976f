import { type ArchiveName } from '../../domain/archive-file.js';
import { messageOf } from '../../domain/error-message.js';
import { linkedTo } from '../../domain/linked-signal.js';
import { type LogIdentity } from '../../domain/log-identity.js';
import { beginning, next, type Revision } from '../../domain/revision.js';
import { type WalkedLog } from '../log/walk-log.js';
import { archiveLog } from './archive-log.js';
import { type ArchiveWriter } from './archive-port.js';
import { type LogNow } from './fork.js';
import { ofLog } from './of-log.js';

export interface LogArchiverPorts {
  readonly archive: ArchiveWriter;
  readonly log: WalkedLog;
  /** The log as it stands. Throws when etcd does not answer. */
  readonly now: (signal: AbortSignal) => Promise<LogNow>;
  /** Waits; resolves early when the signal aborts. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
  /** A line for people. */
  readonly notice: (text: string) => void;
}

/** Milliseconds between two runs: each writes a file when there is anything new, and small files are many files. */
const usualMs = 60_000;
/** When what is to be deleted is not archived yet, or archiving has failed. */
const soonMs = 5_000;
const fileBytes = 16 * 1024 * 1024;

/** Whether the log has a segment yet that a file holds. */
const holdsSomeOf = async (log: WalkedLog, { from, to }: ArchiveName, signal: AbortSignal): Promise<boolean> => {
  for await (const { entries } of log.list({ kind: 'everything' }, from, to, signal)) {
    if (entries.length > 0) return true;
  }
  signal.throwIfAborted();
  return false;
};

/**
 * Archives the log as it grows, for as long as this process is the one that keeps the database bounded (promise R6).
 * Files whose segments the log still has are read once before any of these is given up: what a disk has lost of them
 * can still be archived anew.
 */
export class LogArchiver {
  #before: Revision = beginning;
  #woken = new AbortController();
  #isWanted = false;
  /** The hashes of the files that have been read since this process began to archive, and of those not worth it. */
  readonly #checked = new Set<string>();
  /** Runs that have failed since the last that did not. */
  #failures = 0;
  #identity: LogIdentity | undefined;

  /** @param pauses milliseconds between two runs, and between two that are wanted */
  constructor(
    private readonly ports: LogArchiverPorts,
    private readonly pauses = { usualMs, soonMs },
  ) {}

  /**
   * Everything that the log holds before this revision is in the archive, in files that this process has read or
   * written; the beginning while that is not certain.
   */
  get before(): Revision {
    return this.#before;
  }

  /** Something is to be deleted: the next run comes soon. */
  want(): void {
    this.#isWanted = true;
    this.#woken.abort();
  }

  /** Until the signal aborts. Never throws: a failure is told, and tried again. */
  async run(signal: AbortSignal): Promise<void> {
    // Another may have written, or removed, what was there.
    this.#before = beginning;
    while (!signal.aborted) {
      this.#isWanted = false;
      await this.#archive(signal);
      await this.ports.pause(this.pauses.soonMs, signal);
      if (this.#before === beginning || this.#isWanted) continue;
      this.#woken = new AbortController();
      const rest = Math.max(0, this.pauses.usualMs - this.pauses.soonMs);
      const pause = linkedTo(signal, this.#woken.signal);
      await this.ports.pause(rest, pause.signal);
      pause.end();
    }
  }

  /** What the log has nothing of any more, nothing could be archived anew from. */
  async #check(name: ArchiveName, signal: AbortSignal): Promise<void> {
    const { archive, log } = this.ports;
    if (this.#checked.has(name.sha256)) return;
    if (await holdsSomeOf(log, name, signal)) await ofLog(archive, () => this.#identity).read(name);
    this.#checked.add(name.sha256);
  }

  async #archive(signal: AbortSignal): Promise<void> {
    const { archive, log, notice } = this.ports;
    const now = async (until: AbortSignal): Promise<LogNow> => {
      const seen = await this.ports.now(until);
      this.#identity = seen.identity;
      return seen;
    };
    const wrote = ({ to }: { readonly to: Revision }): void => {
      this.#before = next(to);
    };
    const check = (name: ArchiveName, until: AbortSignal): Promise<void> => this.#check(name, until);
    try {
      const { through } = await archiveLog({ archive, log, now, fileBytes, check, wrote }, signal);
      this.#before = through === null ? beginning : next(BigInt(through) as Revision);
      if (this.#failures > 0) notice('The log is archived again.');
      this.#failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      // What was archived may be what is gone: nothing is deleted until a run has found it there.
      this.#before = beginning;
      // Each try would write another file, so reasons differ: it is told again after as long as a usual pause.
      const isTold = this.#failures % Math.ceil(this.pauses.usualMs / this.pauses.soonMs) === 0;
      this.#failures += 1;
      if (isTold) notice(`The log is not archived, and nothing is deleted from it: ${messageOf(error)}.`);
    }
  }
}
