import { isRight } from 'fp-ts/lib/Either.js';
import { type Partition } from '../../domain/ids.js';
import { type LogReader } from '../../domain/log-entry.js';
import { type Revision } from '../../domain/revision.js';
import { decodeSegmentHeader } from '../../domain/segment/decode.js';
import { runEnds } from '../history/run-limits.document.js';

/**
 * Whether a run of a partition's log that begins at `from` has ended by `to`, inclusive. Reads one run at most. A
 * segment that cannot be read ends nothing: nobody folds past it either.
 */
export const hasEndedRun = async (
  log: Pick<LogReader, 'list'>,
  partition: Partition,
  from: Revision,
  to: Revision,
  signal: AbortSignal,
): Promise<boolean> => {
  let [bytes, events, segments] = [0, 0, 0];
  if (from > to) return false;
  for await (const { entries } of log.list({ kind: 'partition', partition }, from, to, signal)) {
    for (const entry of entries) {
      const header = decodeSegmentHeader(entry.bytes);
      bytes += entry.bytes.byteLength;
      events += isRight(header) ? header.right.events : 0;
      segments += 1;
      if (runEnds(bytes, events, segments)) return true;
    }
  }
  return false;
};
