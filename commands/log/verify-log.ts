import { isLeft } from 'fp-ts/lib/Either.js';
import { LogTrimmed } from '../../domain/log-entry.js';
import { decodeSegment } from '../../domain/segment/decode.js';
import { isStandIn, type Quarantine } from '../../domain/quarantine.js';
import { sameHorizons, type TrimHorizons } from '../../domain/trim-horizon.js';
import { Audit } from '../verify/audit.js';
import { type PassedBy, passedBy } from './quarantine-segment.js';
import { faultText, type WalkedLog, walkLog } from './walk-log.js';

/** What `telemetry log verify --json` prints. */
export interface LogVerdict {
  readonly ok: boolean;
  /** Only there when retention has deleted the old end of the log. */
  readonly partial?: true;
  readonly segments: number;
  readonly events: number;
  /** What is wrong, each with its key; empty when `ok`. */
  readonly faults: readonly string[];
  /** What an operator has had passed by; absent when there is none. */
  readonly quarantined?: readonly PassedBy[];
}

/**
 * Reads every segment of the log and checks that it decodes, that sequences have no gaps and batches all their segments
 * (promises L2 and L6), and that no stretch of a source was appended twice in a pass.
 */
export const verifyLog = async (
  log: WalkedLog,
  signal: AbortSignal,
  horizons: (signal: AbortSignal) => Promise<TrimHorizons> = () => Promise.resolve(new Map()),
  quarantines: Iterable<Quarantine> = [],
): Promise<LogVerdict> => {
  const passed = passedBy(quarantines);
  for (let attempt = 1; ; attempt++) {
    const trimmed = await horizons(signal);
    try {
      const verdict = {
        ...(await verifyOnce(log, trimmed, signal)),
        ...(passed.length > 0 && { quarantined: passed }),
      };
      // What was deleted while it was read may look like a loss.
      if (verdict.ok || attempt === mostTrims || sameHorizons(trimmed, await horizons(signal))) return verdict;
    } catch (error) {
      if (!(error instanceof LogTrimmed) || attempt === mostTrims) throw error;
    }
  }
};

/** So often reading begins again because retention deletes meanwhile. */
const mostTrims = 100;

const verifyOnce = async (log: WalkedLog, trimmed: TrimHorizons, signal: AbortSignal): Promise<LogVerdict> => {
  const audit = new Audit(trimmed);
  for await (const { entry, decoded } of walkLog(log, decodeSegment, signal)) {
    if (isLeft(decoded)) audit.unreadable(entry, faultText(decoded.left));
    else if (isStandIn(decoded.right.header)) audit.passedBy(entry);
    else audit.add(entry, decoded.right.header);
  }
  const { segments, events, faults } = audit.report;
  const partial = trimmed.size > 0 && { partial: true as const };
  return { ok: faults.length === 0, ...partial, segments, events, faults };
};
