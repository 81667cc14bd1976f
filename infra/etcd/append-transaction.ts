import { type Append, type AppendAnswer } from '../../domain/append.js';
import { DeadLetter } from '../../domain/dead-letter.js';
import { type LetterPlace } from '../../domain/dead-letter-id.js';
import { type StoreAnswer } from '../../domain/store-answer.js';
import { type Keys } from './keys.js';
import { type SeenLog } from './seen-log.js';
import { type LeaselessAnswer } from './send-seen.js';
import { toJson } from './stored-json.js';
import { type Compare, type Operation, type Transaction } from './transaction.js';

/** A key holds this text, or, undefined, does not exist. */
export const holds = (key: string, text: string | undefined): Compare =>
  text === undefined ? { kind: 'absent', key } : { kind: 'value', key, value: Buffer.from(text) };

/** What tells that an append has been made: a checkpoint or an outcome, and what goes with it. */
interface Telling {
  /** Gets the text `append.checkpoint`; a refused append reads what stands there. */
  readonly key: string;
  readonly compares: readonly Compare[];
  readonly operations: readonly Operation[];
}

/**
 * Compares: the log is the one that was opened, the lane is still the claim that was made, what tells of the append
 * is as it was, no segment stands where one is to stand. Puts the segments and what tells of them, as one (promise L3).
 */
const transactionOf = (keys: Keys, append: Append, seen: SeenLog, telling: Telling): Transaction => {
  const { lane, claim, checkpoint } = append;
  const segments = append.segments.map(({ partition, sequence, bytes }) => ({
    key: keys.segment({ partition, lane, sequence }),
    value: bytes,
  }));
  return {
    compares: [
      ...seen.compares(),
      { kind: 'created', key: keys.lane(lane), revision: claim },
      ...telling.compares,
      ...segments.map(({ key }): Compare => ({ kind: 'absent', key })),
    ],
    operations: [
      ...segments.map((segment): Operation => ({ kind: 'put', ...segment })),
      ...telling.operations,
      { kind: 'put', key: telling.key, value: Buffer.from(checkpoint) },
    ],
    elseGet: [keys.logIdentity, keys.lane(lane), telling.key, ...segments.slice(0, 1).map(({ key }) => key)],
  };
};

/** Of rows of a source: its checkpoint is the one before this, and is written with the dead letters. */
export const appendTransaction = (keys: Keys, append: Append, seen: SeenLog): Transaction => {
  const key = keys.source(append.source);
  return transactionOf(keys, append, seen, {
    key,
    compares: [holds(key, append.prior)],
    operations: append.deadLetters.map((letter) => ({
      kind: 'put',
      key: keys.deadLetter(letter),
      value: toJson(DeadLetter, letter),
    })),
  });
};

/** Of a dead letter read again: its request stands as it was read and is deleted, and its outcome is written. */
export const replayTransaction = (
  keys: Keys,
  append: Append,
  letter: LetterPlace & { readonly text: string },
  seen: SeenLog,
): Transaction => {
  const key = keys.letterOutcome(letter);
  const request = keys.replayRequest(letter);
  return transactionOf(keys, append, seen, {
    key,
    compares: [holds(request, letter.text), holds(key, undefined)],
    operations: [{ kind: 'delete', key: request }],
  });
};

/**
 * What the answer says of the append; a refused one has read what its transaction says, in that order.
 *
 * @throws LogReplaced when the log is not the one that was opened
 */
export const appendAnswer = (answer: LeaselessAnswer, seen: SeenLog): StoreAnswer<AppendAnswer> => {
  if (answer.kind === 'unknown') return answer;
  if (answer.kind === 'done') return { kind: 'answered', value: { kind: 'committed', revision: answer.revision } };
  const [log, claim, checkpoint, segment] = answer.found;
  seen.assertSame(log);
  const found = { claim: claim?.created, checkpoint: checkpoint?.value.toString('utf8'), segment: segment?.value };
  return { kind: 'answered', value: { kind: 'refused', ...found } };
};
