import { isLeft } from 'fp-ts/lib/Either.js';
import { beginning } from '../../domain/revision.js';
import { type TrimHorizons } from '../../domain/trim-horizon.js';
import { LogLedger } from './log-ledger.js';
import { type RetentionPorts } from './retention-ports.js';

/** A ledger of the log that keeps up with it. */
export interface FollowedLedger {
  /** Undefined until the log as it was at the beginning has been read. */
  readonly ledger: LogLedger | undefined;
  /** Resolves when following has ended; rejects when history was rolled back. */
  end(): Promise<void>;
  /** Aborts with the failure that following ended with, if any. */
  readonly failed: AbortSignal;
}

/** Reads the whole log once and then what comes, until it is ended or the signal aborts. Only headers are decoded. */
export const followLedger = (
  { log, decodeHeader }: Pick<RetentionPorts, 'log' | 'decodeHeader'>,
  blockBytes: number,
  horizons: TrimHorizons,
  signal: AbortSignal,
): FollowedLedger => {
  const own = new AbortController();
  const ledger = new LogLedger(blockBytes, horizons);
  let live = false;
  const read = async (): Promise<void> => {
    const until = AbortSignal.any([signal, own.signal]);
    for await (const batch of log.follow({ kind: 'everything' }, beginning, until)) {
      for (const entry of batch.entries) {
        const header = decodeHeader(entry.bytes);
        ledger.add(entry, isLeft(header) ? undefined : header.right);
      }
      live ||= batch.live;
    }
  };
  const reading = read();
  const failed = new AbortController();
  reading.catch((error: unknown) => failed.abort(error));
  return {
    get ledger() {
      return live ? ledger : undefined;
    },
    end: async () => {
      own.abort();
      await reading;
    },
    failed: failed.signal,
  };
};
