import { isLeft } from 'fp-ts/lib/Either.js';
import { decodeSegment, decodeSegmentHeader } from '../../domain/segment/decode.js';
import { csvFormOf } from './csv-form.js';
import { csvHeader, csvRecord, spreadsheetSafe } from './csv-record.js';
import { type EventFilter, passesHeader } from './event-filter.js';
import { faultText, type WalkedLog, walkLog } from './walk-log.js';

/** A line of the file, or a segment that cannot be read and is left out. */
export type ExportedLine =
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'unreadable'; readonly key: string; readonly reason: string };

/**
 * The events of the log that pass a filter as a CSV file, line by line and without line ends, in the order of the log.
 * Its header is that of the sources (see `csvFormOf`), so that the file of one source has all its columns in their
 * order, every text as the source wrote it. Reads the log twice: a header comes before the first row.
 *
 * @param safe guards against spreadsheet formulas (see `spreadsheetSafe`)
 */
export async function* exportCsv(
  log: WalkedLog,
  filter: EventFilter,
  safe: boolean,
  signal: AbortSignal,
): AsyncGenerator<ExportedLine, void, undefined> {
  const head = await log.head(signal);
  const headers = new Map<string, readonly string[]>();
  for await (const { decoded } of walkLog(log, decodeSegmentHeader, signal, head)) {
    if (isLeft(decoded) || !passesHeader(filter, decoded.right)) continue;
    const { columns } = decoded.right;
    headers.set(JSON.stringify(columns), columns);
  }
  if (headers.size === 0) return;
  const form = csvFormOf([...headers.values()]);
  const guarded = (fields: readonly string[]) => (safe ? fields.map(spreadsheetSafe) : fields);
  yield { kind: 'line', text: csvHeader(guarded(form.columns)) };
  for await (const { entry, decoded: header } of walkLog(log, decodeSegmentHeader, signal, head)) {
    if (!isLeft(header) && !passesHeader(filter, header.right)) continue;
    const decoded = decodeSegment(entry.bytes);
    if (isLeft(decoded)) {
      yield { kind: 'unreadable', key: entry.key, reason: faultText(decoded.left) };
      continue;
    }
    for (const row of form.rows(decoded.right, filter)) yield { kind: 'line', text: csvRecord(guarded(row)) };
  }
}
