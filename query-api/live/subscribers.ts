import { compareCursors, type Cursor } from '../../domain/position.js';
import { type LiveFilter } from './live-filter.js';
import { type LiveUpdate } from './live-update.js';

/** Takes the updates of one revision at a time, in order. They are shared with others who want the same. */
export type Deliver = (updates: readonly LiveUpdate[]) => void;

interface Subscriber {
  readonly deliver: Deliver;
  readonly after: Cursor | undefined;
}

/** Subscribers who want the same. */
interface Group {
  readonly filter: LiveFilter;
  readonly members: Set<Subscriber>;
}

const nameOf = ({ uuid, hostname, cluster, metrics }: LiveFilter): string =>
  JSON.stringify([uuid, hostname, cluster, metrics && [...metrics].sort()]);

/** Of some updates, in order, those behind a cursor. */
export const updatesBehind = (updates: readonly LiveUpdate[], after: Cursor | undefined): readonly LiveUpdate[] =>
  after === undefined || updates.length === 0 || compareCursors(updates[0]!.cursor, after) > 0
    ? updates
    : updates.filter(({ cursor }) => compareCursors(cursor, after) > 0);

/** Who is told of updates, by what they want: it is looked up once for all who want the same. */
export class Subscribers {
  readonly #groups = new Map<string, Group>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Call the answer, once, to end it. @param after what comes up to here is left out */
  add(filter: LiveFilter, deliver: Deliver, after: Cursor | undefined): () => void {
    const name = nameOf(filter);
    const group = this.#groups.get(name) ?? { filter, members: new Set<Subscriber>() };
    this.#groups.set(name, group);
    const subscriber = { deliver, after };
    group.members.add(subscriber);
    this.#count++;
    return () => {
      if (!group.members.delete(subscriber)) return;
      this.#count--;
      if (group.members.size === 0) this.#groups.delete(name);
    };
  }

  /** Tells each of what it wants, if there is any. */
  tell(wanted: (filter: LiveFilter) => readonly LiveUpdate[]): void {
    for (const { filter, members } of this.#groups.values()) {
      const updates = wanted(filter);
      if (updates.length === 0) continue;
      for (const { deliver, after } of members) {
        const unseen = updatesBehind(updates, after);
        if (unseen.length > 0) deliver(unseen);
      }
    }
  }
}
