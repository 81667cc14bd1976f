import { type Either } from 'fp-ts/lib/Either.js';
import { type LogEntry, type LogReader } from '../../domain/log-entry.js';
import { beginning } from '../../domain/revision.js';
import { type SegmentFault } from '../../domain/segment/segment.js';

/** An entry of the log and what its bytes were found to be. */
export interface Walked<T> {
  readonly entry: LogEntry;
  readonly decoded: Either<SegmentFault, T>;
}

/** The whole log up to its present head, in its order. */
export async function* walkLog<T>(
  log: LogReader,
  decode: (bytes: Uint8Array) => Either<SegmentFault, T>,
  signal: AbortSignal,
): AsyncGenerator<Walked<T>, void, undefined> {
  const head = await log.head(signal);
  for await (const { entries } of log.list({ kind: 'everything' }, beginning, head, signal)) {
    for (const entry of entries) yield { entry, decoded: decode(entry.bytes) };
  }
}

/** Why an entry cannot be read, for people. */
export const faultText = (fault: SegmentFault): string =>
  fault.kind === 'damaged' ? fault.reason : `its format version ${String(fault.version)} is unknown to this program`;
