import { isLeft } from 'fp-ts/lib/Either.js';
import { type LogEntry } from '../../domain/log-entry.js';
import { beginning, next, type Revision } from '../../domain/revision.js';
import { decodeSegment } from '../../domain/segment/decode.js';
import { faultText, type WalkedLog } from '../log/walk-log.js';
import { lackedFrom } from './archive-beginning.js';
import { type ArchiveWriter } from './archive-port.js';
import { ArchiveRefused } from './archive-refused.js';
import { type LogNow } from './fork.js';
import { type CheckFile, whereToGoOn } from './where-to-go-on.js';

/** What `telemetry log archive --json` prints. */
export interface ArchiveReport {
  readonly files: number;
  readonly segments: number;
  readonly bytes: number;
  /** The archive reaches up to this revision; null where there is none. */
  readonly through: string | null;
}

export interface ArchivePlan {
  readonly archive: ArchiveWriter;
  readonly log: WalkedLog;
  /** The log as it stands: asked for when nobody else writes any more. Throws when etcd does not answer. */
  readonly now: (signal: AbortSignal) => Promise<LogNow>;
  /** Bytes of segments after which a file is closed; one revision may be more. */
  readonly fileBytes: number;
  readonly check: CheckFile;
  readonly wrote: (file: { readonly to: Revision; readonly segments: number; readonly bytes: number }) => void;
}

/**
 * Writes what the archive does not hold yet, up to the log's head, in files of whole revisions. Each file is on the disk
 * before the next is begun, so that a run that is cut short is gone on with by the next.
 *
 * @throws ArchiveRefused, and what the archive throws
 */
export const archiveLog = async (plan: ArchivePlan, signal: AbortSignal): Promise<ArchiveReport> => {
  const { archive, log } = plan;
  const end = await archive.beginWriting();
  try {
    const now = await plan.now(signal);
    const goesOn = await whereToGoOn(plan, now, signal);
    if (typeof goesOn === 'string') throw new ArchiveRefused(goesOn);
    const { from, trimmed } = goesOn;
    const { log_id, epoch } = now.identity;
    const total = { files: 0, segments: 0, bytes: 0 };
    let [held, size, begun] = [[] as LogEntry[], 0, from];
    const close = async (to: Revision): Promise<void> => {
      const head = { log_id, epoch, from: begun, to, ...lackedFrom(trimmed, begun) };
      const { bytes } = await archive.write(head, held);
      total.files += 1;
      total.segments += held.length;
      total.bytes += bytes;
      plan.wrote({ to, segments: held.length, bytes });
      [held, size, begun] = [[], 0, next(to)];
    };
    if (from <= now.head) {
      for await (const { entries, through } of log.list({ kind: 'everything' }, from, now.head, signal)) {
        for (const entry of entries) {
          const isWhole = held.length > 0 && held.at(-1)!.revision < entry.revision;
          if (isWhole && size >= plan.fileBytes) await close(held.at(-1)!.revision);
          // Behind what has been deleted an archive begins where the log does.
          if (begun === beginning && trimmed.length > 0) begun = entry.revision;
          held.push(readable(entry));
          size += entry.bytes.length;
        }
        if (size >= plan.fileBytes && held.length > 0) await close(through);
      }
      signal.throwIfAborted();
      if (held.length > 0) await close(now.head);
    }
    const through = total.files > 0 ? begun - 1n : from - 1n;
    return { ...total, through: through < 0n ? null : String(through) };
  } finally {
    await end();
  }
};

const readable = (entry: LogEntry): LogEntry => {
  const decoded = decodeSegment(entry.bytes);
  if (!isLeft(decoded)) return entry;
  throw new ArchiveRefused(
    `${entry.key}: ${faultText(decoded.left)}. Nothing from there on was archived; see telemetry log quarantine`,
  );
};
