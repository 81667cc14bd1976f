import { type Either } from 'fp-ts/lib/Either.js';
import { type LogEntry, type LogReader } from '../../domain/log-entry.js';
import { beginning, type Revision } from '../../domain/revision.js';
import { type SegmentFault } from '../../domain/segment/segment.js';

/** An entry of the log and what its bytes were found to be. */
export interface Walked<T> {
  readonly entry: LogEntry;
  readonly decoded: Either<SegmentFault, T>;
}

/** What is needed of the log to walk through all of it. */
export type WalkedLog = Pick<LogReader, 'head' | 'list'>;

/** The whole log in its order. @param to the last revision; by default the head as it is now */
export async function* walkLog<T>(
  log: WalkedLog,
  decode: (bytes: Uint8Array) => Either<SegmentFault, T>,
  signal: AbortSignal,
  to?: Revision,
): AsyncGenerator<Walked<T>, void, undefined> {
  const head = to ?? (await log.head(signal));
  for await (const { entries } of log.list({ kind: 'everything' }, beginning, head, signal)) {
    for (const entry of entries) yield { entry, decoded: decode(entry.bytes) };
  }
  // A listing that was told to stop ends like one that has come to its end: a part must not pass for the whole.
  signal.throwIfAborted();
}

/** Why an entry cannot be read, for people. */
export const faultText = (fault: SegmentFault): string =>
  fault.kind === 'damaged' ? fault.reason : `its format version ${String(fault.version)} is unknown to this program`;
