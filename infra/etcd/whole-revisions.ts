import { type IEvent, type IWatchResponse } from 'etcd3';
import { type Revision, revision } from '../../domain/revision.js';
import { type StoredValue, storedValue } from './stored-value.js';

/** A key that was put, or deleted (then `stored` is undefined). */
export interface Change {
  readonly key: string;
  readonly revision: Revision;
  readonly stored: StoredValue | undefined;
}

const changeOf = ({ type, kv }: IEvent): Change => ({
  key: kv.key.toString('utf8'),
  revision: revision(kv.mod_revision),
  // The package declares `Delete` and gives `DELETE`.
  stored: type.toUpperCase() === 'DELETE' ? undefined : storedValue(kv),
});

const inOrder = (a: Change, b: Change): number =>
  a.revision === b.revision ? (a.key < b.key ? -1 : 1) : a.revision < b.revision ? -1 : 1;

/**
 * Puts the messages of one watch together so that revisions come whole: while a message is a fragment its last revision
 * may go on in the next one. Within a revision a watch gives the order of the puts and a range that of the keys; here
 * it is always that of the keys. What is held is less than two messages.
 */
export class WholeRevisions {
  private held: readonly Change[] = [];

  /** The changes that are complete now, in order. */
  add({ events, fragment }: Pick<IWatchResponse, 'events' | 'fragment'>): readonly Change[] {
    const changes = [...this.held, ...events.map(changeOf)].sort(inOrder);
    const last = changes.at(-1)?.revision;
    const whole = fragment ? changes.filter((change) => change.revision !== last) : changes;
    this.held = changes.slice(whole.length);
    return whole;
  }
}
