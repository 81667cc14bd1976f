import { type Corrections } from '../../domain/dead-letter-outcome.js';
import { type Instant } from '../../domain/instant.js';
import { type Pause } from '../append/pause.js';
import { answeredWithin } from '../append/until-answered.js';
import { deadLetterId, type LetterPlace } from '../../domain/dead-letter-id.js';
import { type LetterDecision, type LetterDesk } from './dead-letter-port.js';
import { standingOf } from './describe-dead-letter.js';
import { unknownColumns } from './unknown-columns.js';

/** What became of one letter that was to be replayed or discarded, as `--json` shows it. */
export interface Decided {
  readonly id: string;
  readonly state: 'requested' | 'replayed' | 'refused' | 'discarded' | 'absent';
  /** Of the letter as it stands: whether it is what was asked for. */
  readonly ok: boolean;
  readonly reasons: readonly string[];
}

/** As it stands when the decision has been recorded: nobody has read the letter again since. */
export type RecordedDecision = Decided & { readonly state: Exclude<Decided['state'], 'refused'> };

export interface Deciding {
  readonly desk: LetterDesk;
  readonly pause: Pause;
  readonly now: () => Instant;
  /** Milliseconds that an etcd that does not answer, or is full, is borne; ten seconds by default. */
  readonly patienceMs?: number;
}

const lookEveryMs = 100;

/** Milliseconds that an etcd that does not answer, or is full, is borne. */
const patienceMs = 10_000;

/** Why these corrections cannot be of these letters: a sentence for each column that the row of one does not have. */
export const faultsOf = async (
  deciding: Deciding,
  places: readonly LetterPlace[],
  set: Corrections,
  signal: AbortSignal,
): Promise<readonly string[]> => {
  const faults = new Set<string>();
  const sources = new Set(set.length === 0 ? [] : places.map(({ source }) => source));
  for (const source of sources) {
    const call = () => deciding.desk.columns(source, signal);
    const columns = await answeredWithin(call, deciding.patienceMs ?? patienceMs, signal, deciding.pause);
    if (columns !== undefined) unknownColumns(columns, set).forEach((fault) => faults.add(fault));
  }
  return [...faults];
};

/** Records that letters are to be read again, each once: a letter that was asked for, or settled, is left as it is. */
export const requestReplays = async (
  deciding: Deciding,
  places: readonly LetterPlace[],
  set: Corrections,
  signal: AbortSignal,
): Promise<readonly RecordedDecision[]> => {
  const decided: RecordedDecision[] = [];
  for (const place of places) {
    const call = () => deciding.desk.request(place, set, deciding.now(), signal);
    const decision = await answeredWithin(call, deciding.patienceMs ?? patienceMs, signal, deciding.pause);
    decided.push(asDecided(place, decision === 'done' ? 'requested' : decision, 'replayed'));
  }
  return decided;
};

/** Settles letters that are not to become events. */
export const discardLetters = async (
  deciding: Deciding,
  places: readonly LetterPlace[],
  reason: string,
  signal: AbortSignal,
): Promise<readonly Decided[]> => {
  const decided: Decided[] = [];
  for (const place of places) {
    const call = () => deciding.desk.discard(place, reason, deciding.now(), signal);
    const decision = await answeredWithin(call, deciding.patienceMs ?? patienceMs, signal, deciding.pause);
    decided.push(asDecided(place, decision === 'done' ? 'discarded' : decision, 'discarded'));
  }
  return decided;
};

const asDecided = (
  place: LetterPlace,
  decision: Exclude<LetterDecision, 'done'>,
  wanted: 'replayed' | 'discarded',
): RecordedDecision => {
  const state = decision === 'no-letter' ? 'absent' : decision;
  const ok = state === wanted || (wanted === 'replayed' && state === 'requested');
  return { id: deadLetterId(place), state, ok, reasons: [] };
};

/** Waits until no request waits any more, at most so long, and tells how each letter stands then; ok is who is replayed. */
export const awaitReplays = async (
  deciding: Deciding,
  places: readonly LetterPlace[],
  waitMs: number,
  signal: AbortSignal,
): Promise<readonly Decided[]> => {
  const deadline = performance.now() + waitMs;
  for (;;) {
    const decided = await Promise.all(places.map((place) => look(deciding, place, signal)));
    const over = decided.every(({ state }) => state !== 'requested');
    if (over || performance.now() >= deadline) return decided;
    await deciding.pause(lookEveryMs, signal);
  }
};

const look = async (deciding: Deciding, place: LetterPlace, signal: AbortSignal): Promise<Decided> => {
  const call = () => deciding.desk.state(place, signal);
  const state = await answeredWithin(call, deciding.patienceMs ?? patienceMs, signal, deciding.pause);
  const id = deadLetterId(place);
  if (state === undefined) return { id, state: 'absent', ok: false, reasons: [] };
  const standing = standingOf(state);
  const reasons = state.request?.refused ?? [];
  // A request that was taken back by a discard leaves an open letter for no moment: only one that was never made does.
  if (standing === 'open') return { id, state: 'absent', ok: false, reasons: ['no replay was asked for'] };
  return { id, state: standing, ok: standing === 'replayed', reasons };
};
