import { type Revision } from '../../domain/revision.js';
import { type Compare } from './transaction.js';

/** Nobody has written a key since it was read. @param modified when it had been written; undefined where it was absent */
export const asItWas = (key: string, modified: Revision | undefined): Compare =>
  modified === undefined ? { kind: 'absent', key } : { kind: 'modified', key, revision: modified };
