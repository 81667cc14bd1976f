import { isLeft } from 'fp-ts/lib/Either.js';
import { decodeSegment } from '../../domain/segment/decode.js';
import { type EventFilter } from './event-filter.js';
import { type EventRow, eventRows } from './event-row.js';
import { faultText, type WalkedLog, walkLog } from './walk-log.js';

/** An event, or a segment that cannot be read and is left out. */
export type ReadEvent =
  | { readonly kind: 'event'; readonly row: EventRow }
  | { readonly kind: 'unreadable'; readonly key: string; readonly reason: string };

/** The events of the log that pass a filter, in the order of the log. */
export async function* readLog(
  log: WalkedLog,
  filter: EventFilter,
  signal: AbortSignal,
): AsyncGenerator<ReadEvent, void, undefined> {
  for await (const { entry, decoded } of walkLog(log, decodeSegment, signal)) {
    if (isLeft(decoded)) {
      yield { kind: 'unreadable', key: entry.key, reason: faultText(decoded.left) };
      continue;
    }
    for (const row of eventRows(entry, decoded.right, filter)) yield { kind: 'event', row };
  }
}
