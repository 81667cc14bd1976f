import { isLeft } from 'fp-ts/lib/Either.js';
import { messageOf } from '../../domain/error-message.js';
import { type ClusterId, type SourceId } from '../../domain/ids.js';
import { isStandIn } from '../../domain/quarantine.js';
import { decodeSegmentHeader } from '../../domain/segment/decode.js';
import { type OpenText, type SourceText, type TextStep } from '../../domain/source-text.js';
import { exportCsv } from '../log/export-csv.js';
import { faultText, walkLog } from '../log/walk-log.js';
import { type ArchiveReader } from './archive-port.js';
import { ArchiveRefused } from './archive-refused.js';
import { archiveAsLog } from './archived-log.js';

/** A source that an archive holds events of. */
export interface ArchivedSource {
  readonly source: SourceId;
  readonly cluster: ClusterId;
}

/**
 * The sources of an archive, in the order in which they come in it.
 *
 * @throws ArchiveRefused at a segment that this program does not read: of a source that stands in none but such ones
 *   nothing would be heard, and its rows would be missing
 * @throws what the archive throws
 */
export const sourcesIn = async (
  archive: ArchiveReader,
  path: string,
  signal: AbortSignal,
): Promise<readonly ArchivedSource[]> => {
  const found = new Map<SourceId, ArchivedSource>();
  for await (const { entry, decoded } of walkLog(archiveAsLog(archive), decodeSegmentHeader, signal)) {
    if (isLeft(decoded)) throw new ArchiveRefused(`${path}: ${entry.key} cannot be read: ${faultText(decoded.left)}`);
    if (isStandIn(decoded.right)) continue;
    const { source, cluster } = decoded.right;
    if (!found.has(source)) found.set(source, { source, cluster });
  }
  return [...found.values()];
};

const pieceBytes = 64 * 1024;

/**
 * What an archive holds of one source, as the CSV text that it is exported as: so a streamer reads it as any file, with
 * a checkpoint, each row once. An archive is only ever added to, so its text only ever grows at its end. It is written
 * anew from the beginning wherever reading begins, which costs time and no memory.
 */
export const archivedText = (archive: ArchiveReader, path: string, source: SourceId): OpenText => {
  let readBytes = 0;
  const text: SourceText = {
    path,
    isFollowed: false,
    isPlain: false,
    progress: () => ({ readBytes, sizeBytes: undefined }),
    canGoBackTo: () => true,
    steps: (from, signal) =>
      textOf(archive, source, from, signal, (bytes) => {
        readBytes = bytes;
      }),
    settled: () => undefined,
    unsettled: () => undefined,
  };
  return () => Promise.resolve({ kind: 'opened', text });
};

async function* textOf(
  archive: ArchiveReader,
  source: SourceId,
  from: number,
  signal: AbortSignal,
  onRead: (bytes: number) => void,
): AsyncGenerator<TextStep, void, undefined> {
  let [at, held, size] = [0, [] as Buffer[], 0];
  const take = (): TextStep => {
    const bytes = Buffer.concat(held);
    const skipped = Math.min(Math.max(0, from - at), bytes.length);
    at += bytes.length;
    [held, size] = [[], 0];
    onRead(at);
    return { kind: 'text', bytes: bytes.subarray(skipped) };
  };
  try {
    for await (const found of exportCsv(archiveAsLog(archive), { source: [source] }, false, signal)) {
      if (found.kind === 'unreadable') {
        yield { kind: 'broken', message: `${found.key}: ${found.reason}` };
        return;
      }
      held.push(Buffer.from(`${found.text}\n`));
      size += held.at(-1)!.length;
      if (size < pieceBytes) continue;
      const step = take();
      if (step.kind === 'text' && step.bytes.length > 0) yield step;
    }
  } catch (error) {
    if (!signal.aborted) yield { kind: 'broken', message: messageOf(error) };
    return;
  }
  if (signal.aborted) return;
  const last = take();
  if (last.kind === 'text' && last.bytes.length > 0) yield last;
  yield { kind: 'end' };
}
