import { type Either, left, right } from 'fp-ts/lib/Either.js';
import { wholeNumber } from '../config/accepts.js';
import { type Copies, fewestCopies, mostCopies, type ScalableRole, scalableRoles } from './copies.js';

/** `collector` for `collector` and `collectors`. */
const roleOf = (word: string): ScalableRole | undefined =>
  scalableRoles.find((role) => word === role || word === `${role}s`);

/** Reads `ROLE=N` words as they are typed. Left has a sentence for every word that is not accepted. */
export const readCopies = (words: readonly string[]): Either<readonly string[], Copies> => {
  const copies: Partial<Record<ScalableRole, number>> = {};
  const faults: string[] = [];
  for (const word of words) {
    const [name, number, ...rest] = word.split('=');
    const role = roleOf(name!);
    if (role === undefined || number === undefined || rest.length > 0) {
      faults.push(`"${word}" is not ROLE=N, ROLE being one of ${scalableRoles.join(', ')}`);
    } else if (copies[role] !== undefined) {
      faults.push(`${role} is given twice`);
    } else {
      const accepted = wholeNumber(fewestCopies[role], mostCopies);
      const count = accepted.decode(number);
      if (count._tag === 'Right') copies[role] = count.right;
      else faults.push(`${word}; accepted: ${accepted.name}`);
    }
  }
  return faults.length > 0 ? left(faults) : right(copies);
};
