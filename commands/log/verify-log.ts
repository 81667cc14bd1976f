import { isLeft } from 'fp-ts/lib/Either.js';
import { type LogReader } from '../../domain/log-entry.js';
import { decodeSegment } from '../../domain/segment/decode.js';
import { Audit } from '../verify/audit.js';
import { faultText, walkLog } from './walk-log.js';

/** What `telemetry log verify --json` prints. */
export interface LogVerdict {
  readonly ok: boolean;
  readonly segments: number;
  readonly events: number;
  /** What is wrong, each with its key; empty when `ok`. */
  readonly faults: readonly string[];
}

/**
 * Reads every segment of the log and checks that it decodes, that sequences have no gaps and batches all their segments
 * (promises L2 and L6), and that no stretch of a source was appended twice in a pass.
 */
export const verifyLog = async (log: LogReader, signal: AbortSignal): Promise<LogVerdict> => {
  const audit = new Audit();
  for await (const { entry, decoded } of walkLog(log, decodeSegment, signal)) {
    if (isLeft(decoded)) audit.unreadable(entry, faultText(decoded.left));
    else audit.add(entry, decoded.right.header);
  }
  const { segments, events, faults } = audit.report;
  return { ok: faults.length === 0, segments, events, faults };
};
