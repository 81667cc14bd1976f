import { type Corrections } from '../../domain/dead-letter-outcome.js';
import { shown } from '../source/reasons.js';

/** One sentence for each column that is to be corrected and is not there, with those that are. */
export const unknownColumns = (columns: readonly string[], set: Corrections): readonly string[] =>
  set
    .filter(([column]) => !columns.includes(column))
    .map(([column]) => `there is no column ${shown(column)}; there are ${columns.join(', ')}`);
