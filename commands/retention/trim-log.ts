import { type Instant } from '../../domain/instant.js';
import { type HeldBack } from '../../domain/log-floor.js';
import { type TrimHorizons } from '../../domain/trim-horizon.js';
import { type StoreSpace } from '../../domain/store-space.js';
import { type StoreAnswer } from '../../domain/store-answer.js';
import { decideTrim, keptBehind, type TrimRules } from './decide-trim.js';
import { type Guard } from './guard.js';
import { heldBack } from './held-back.js';
import { sumOf } from './log-block.js';
import { type LogLedger } from './log-ledger.js';
import { type Recorded, type TrimStore } from './retention-ports.js';

/** The log is trimmed ahead: from this share of its allowance on a horizon is recorded that leaves the second one. */
const recordFrom = 0.9;
const recordDownTo = 0.8;
/** The share of the quota in use from which on what lies before the horizons is deleted, however large the log is. */
const pressed = 0.7;

/** What the log may have, in bytes and in time. */
export interface LogAllowance {
  readonly bytes: number;
  readonly appendedBefore: Instant | undefined;
}

export const rulesOf = ({ bytes, appendedBefore }: LogAllowance): TrimRules => ({
  mostBytes: bytes * recordFrom,
  keepBytes: bytes * recordDownTo,
  appendedBefore,
});

/** True when what lies before the horizons is to be deleted now, instead of being left for when space is short. */
export const isDue = (ledger: LogLedger, allowance: LogAllowance, { usedBytes, quotaBytes }: StoreSpace): boolean => {
  const { bytes, appendedBefore: cut } = allowance;
  const aged = cut !== undefined && ledger.lanes.some(([first]) => first !== undefined && first.newest < cut);
  return ledger.bytes > bytes || usedBytes >= pressed * quotaBytes || aged;
};

/** Deletes all that lies before the horizons. False when etcd did not answer, or something kept it from it. */
export const deleteAll = async (trims: TrimStore, horizons: TrimHorizons, signal: AbortSignal): Promise<boolean> => {
  if (horizons.size === 0) return true;
  // A refusal is a reset under way, and a range has a bounded number of segments: neither goes on for ever.
  for (let attempt = 0; attempt < 1_000; attempt++) {
    const deleted = await trims.deleteBefore(horizons, signal);
    if (deleted.kind === 'unknown') return false;
    if (!deleted.value.more) return true;
  }
  return false;
};

/** What came of a decision to trim. */
export type Trimming =
  /** New horizons where something may go. */
  | { readonly kind: 'decided'; readonly isRecorded: boolean; readonly heldBack: readonly HeldBack[] }
  /** What the decision was made by changed meanwhile: nothing was recorded. */
  | { readonly kind: 'changed' };

/** Decides on new horizons by what every generation has folded now, and records them where something may go. */
export const recordHorizons = async (
  trims: TrimStore,
  ledger: LogLedger,
  before: Recorded,
  rules: TrimRules,
  claim: Guard['claim'],
  signal: AbortSignal,
): Promise<StoreAnswer<Trimming>> => {
  const untouched = { kind: 'decided', isRecorded: false, heldBack: [] } as const;
  if (!isExceeded(ledger, before.horizons, rules)) return { kind: 'answered', value: untouched };
  const floors = await trims.floors(signal);
  if (floors.kind === 'unknown') return floors;
  const { folded, registry } = floors.value;
  const decided = decideTrim(ledger.lanes, before.horizons, folded, rules);
  const held = heldBack(ledger.lanes, before.horizons, decided, folded, rules);
  if (decided.size === 0) return { kind: 'answered', value: { ...untouched, heldBack: held } };
  const recorded = await trims.record(before, decided, { registry, claim }, signal);
  if (recorded.kind === 'unknown') return recorded;
  const value = recorded.value ? { ...untouched, isRecorded: true, heldBack: held } : ({ kind: 'changed' } as const);
  return { kind: 'answered', value };
};

/** True when something would go if everything were folded. */
const isExceeded = (
  ledger: LogLedger,
  horizons: TrimHorizons,
  { mostBytes, appendedBefore: cut }: TrimRules,
): boolean => {
  const kept = keptBehind(ledger.lanes, horizons);
  return (
    sumOf(kept, ({ bytes }) => bytes) > mostBytes || (cut !== undefined && kept.some(({ newest }) => newest < cut))
  );
};
