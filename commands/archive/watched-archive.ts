import { type ArchivedLog, type ArchiveHeld, ArchiveUnreadable } from '../../domain/archive-held.js';
import { type LogBatch, type LogReader, type LogScope } from '../../domain/log-entry.js';
import { type LogIdentity } from '../../domain/log-identity.js';
import { next, type Revision } from '../../domain/revision.js';
import { type Pause } from '../append/pause.js';
import { type ArchiveReader } from './archive-port.js';
import { archiveAsLog } from './archived-log.js';
import { type LogNow } from './fork.js';
import { heldOf } from './held-of.js';
import { ofLog } from './of-log.js';
import { readableArchive, sharedArchive } from './shared-archive.js';

export interface WatchedArchivePorts {
  readonly archive: ArchiveReader;
  readonly log: LogReader;
  /** The log as it stands. Throws when etcd does not answer. */
  readonly now: (signal: AbortSignal) => Promise<LogNow>;
  readonly pause: Pause;
  /** A line for people, when something has changed. */
  readonly notice: (text: string) => void;
}

const lookEveryMs = 2_000;

/** The archive of a collector: looked at again and again, because it grows, and may come and go. */
export class WatchedArchive implements ArchivedLog {
  /** Looking at it keeps no file of it in memory. */
  readonly #looked: ArchiveReader;
  readonly #archive: ArchiveReader;
  #held: ArchiveHeld | undefined;
  /** The first file and the last, by which it is seen whether it has changed. */
  #ends: string | undefined;
  #identity: LogIdentity | undefined;
  #said: string | undefined;

  constructor(private readonly ports: WatchedArchivePorts) {
    this.#looked = readableArchive(ports.archive);
    this.#archive = sharedArchive(readableArchive(ofLog(ports.archive, () => this.#identity)));
  }

  get held(): ArchiveHeld | undefined {
    return this.#held;
  }

  /** Until the signal aborts. Never throws. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.look(signal);
      await this.ports.pause(lookEveryMs, signal).catch(() => undefined);
    }
  }

  /** Looks once. What has not changed since is not read again. */
  async look(signal: AbortSignal): Promise<void> {
    try {
      const names = await this.#looked.names();
      const ends = [names[0], names.at(-1)].map((name) => name?.sha256).join();
      if (ends === this.#ends && this.#held !== undefined) return;
      const held = await heldOf(this.#looked, this.ports.log, (until) => this.#now(until), signal);
      this.#ends = ends;
      this.#holds(typeof held === 'string' ? undefined : held, typeof held === 'string' ? held : undefined);
    } catch (error) {
      if (signal.aborted) return;
      // An etcd that does not answer says nothing of the archive.
      if (error instanceof ArchiveUnreadable) this.#holds(undefined, error.message);
    }
  }

  async #now(signal: AbortSignal): Promise<LogNow> {
    const now = await this.ports.now(signal);
    this.#identity = now.identity;
    return now;
  }

  #holds(held: ArchiveHeld | undefined, why: string | undefined): void {
    this.#held = held;
    if (why !== undefined && why !== this.#said) this.ports.notice(`Nothing is built from the archive: ${why}.`);
    this.#said = why;
  }

  upTo(through: Revision): LogReader {
    const { log } = this.ports;
    return {
      head: (signal) => log.head(signal),
      passedBy: (entry, signal) => log.passedBy(entry, signal),
      follow: (scope, from, signal) =>
        this.#read(scope, from, undefined, through, (after) => log.follow(scope, after, signal), signal),
      list: (scope, from, to, signal) =>
        this.#read(scope, from, to, through, (after) => log.list(scope, after, to, signal), signal),
    };
  }

  /** What the archive holds up to `to`, then the log; the archive is not opened for what lies behind `through`. */
  async *#read(
    scope: LogScope,
    from: Revision,
    to: Revision | undefined,
    through: Revision,
    rest: (after: Revision) => AsyncIterable<LogBatch>,
    signal: AbortSignal,
  ): AsyncGenerator<LogBatch, void, undefined> {
    if (from > through) {
      yield* rest(from);
      return;
    }
    const names = await this.#archive.names();
    const [first, last] = [names[0]?.from, names.at(-1)?.to];
    if (first === undefined || last === undefined || first > from || last < through) {
      const there = first === undefined ? 'nothing' : `the revisions ${String(first)} to ${String(last)}`;
      const lacked = `the archive holds ${there}, and ${String(from)} to ${String(through)} are needed`;
      throw new ArchiveUnreadable(lacked, false);
    }
    const end = to !== undefined && to < last ? to : last;
    yield* archiveAsLog(this.#archive).list(scope, from, end, signal);
    if (!signal.aborted && (to === undefined || last < to)) yield* rest(next(last));
  }
}
