import { isLeft } from 'fp-ts/lib/Either.js';
import { type Instant } from '../../domain/instant.js';
import { type HeldBack } from '../../domain/log-floor.js';
import { LogTrimmed } from '../../domain/log-entry.js';
import { type TrimHorizons, trimmedInAll } from '../../domain/trim-horizon.js';
import { type StoreAnswer } from '../../domain/store-answer.js';
import { walkLog, type WalkedLog } from '../log/walk-log.js';
import { LogLedger } from './log-ledger.js';
import { type RetentionPorts, type TrimStore } from './retention-ports.js';
import { deleteAll, recordHorizons } from './trim-log.js';

export interface TrimPorts extends Pick<RetentionPorts, 'decodeHeader'> {
  readonly log: WalkedLog;
  readonly trims: TrimStore;
  /** Repeats a call of the store until it is answered. Throws when patience is at its end. */
  readonly answered: <T>(call: () => Promise<StoreAnswer<T>>) => Promise<T>;
}

export interface TrimReport {
  /** What lies before the horizons now and did not before; bytes are those of the segments. */
  readonly segments: number;
  readonly events: number;
  readonly bytes: number;
  /** False when not all of it could be deleted: it counts as gone, and the next run or a collector deletes it. */
  readonly isDeleted: boolean;
  readonly heldBack: readonly HeldBack[];
  /** Lanes of partitions whose newest segment is older too: it always stays (promise L1). */
  readonly newestKept: number;
}

/**
 * Deletes what was appended before `cut`, as retention does: nothing that a generation has not folded, that `trims`
 * keeps because it is not archived, or that is the newest of its lane (promises L1, R6). Needs no claim: what another
 * process records meanwhile has it decide anew.
 *
 * @param blockBytes the log is counted in pieces of this size, and cut between them
 */
export const trimOlder = async (
  ports: TrimPorts,
  cut: Instant,
  blockBytes: number,
  signal: AbortSignal,
): Promise<TrimReport> => {
  const { trims, answered } = ports;
  const horizons = async () => answered(() => trims.horizons(signal));
  const begun = trimmedInAll((await horizons()).horizons);
  const rules = { mostBytes: Infinity, keepBytes: Infinity, appendedBefore: cut };
  for (;;) {
    signal.throwIfAborted();
    const before = await horizons();
    // A full etcd takes no new horizon, and what an earlier one has given up may be what makes room.
    await deleteAll(trims, before.horizons, signal);
    const ledger = await readLedger(ports, blockBytes, before.horizons, signal);
    if (ledger === 'trimmed') continue;
    const done = await answered(() => recordHorizons(trims, ledger, before, rules, undefined, signal));
    if (done.kind === 'changed') continue;
    const after = (await horizons()).horizons;
    const isDeleted = await deleteAll(trims, after, signal);
    const { segments, events, bytes } = trimmedInAll(after);
    return {
      ...{ segments: segments - begun.segments, events: events - begun.events, bytes: bytes - begun.bytes },
      ...{ isDeleted, heldBack: done.heldBack },
      newestKept: ledger.lanes.filter((blocks) => blocks.at(-1)!.newest < cut).length,
    };
  }
};

/** What the log holds now; only headers are decoded. */
const readLedger = async (
  { log, decodeHeader }: TrimPorts,
  blockBytes: number,
  horizons: TrimHorizons,
  signal: AbortSignal,
): Promise<LogLedger | 'trimmed'> => {
  const ledger = new LogLedger(blockBytes, horizons);
  try {
    for await (const { entry, decoded } of walkLog(log, decodeHeader, signal))
      ledger.add(entry, isLeft(decoded) ? undefined : decoded.right);
  } catch (error) {
    if (!(error instanceof LogTrimmed)) throw error;
    return 'trimmed';
  }
  signal.throwIfAborted();
  return ledger;
};
