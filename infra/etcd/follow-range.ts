import { type Etcd3 } from 'etcd3';
import { beginning, next, type Revision } from '../../domain/revision.js';
import { follow, type Followed } from './follow.js';
import { type KeyRange } from './key-path.js';
import { linkedTo } from '../../domain/linked-signal.js';
import { type StoreFailure } from '../../domain/store-answer.js';
import { documentPages, headRevision, listRange, type Page } from './range.js';
import { type StoredValue } from './stored-value.js';

/** A key that stands there, or was put; deleted when `stored` is undefined. */
export interface Put {
  readonly key: string;
  readonly stored: StoredValue | undefined;
}

export type RangeNews =
  | { readonly kind: 'changes'; readonly changes: readonly Put[] }
  /** What has been told is, all together, the range as it stood at one revision. Told once. */
  | { readonly kind: 'whole' };

/** The newest change of each key while a listing is under way: no more than the range itself holds. */
class Meanwhile {
  readonly changes = new Map<string, Put>();
  through = beginning;

  hold(heard: Followed): void {
    if (heard.kind !== 'changes') return;
    for (const change of heard.changes) this.changes.set(change.key, change);
    this.through = heard.through;
  }
}

type Turn = { readonly page: IteratorResult<Page, void> } | { readonly heard: IteratorResult<Followed, void> };

/**
 * A large range of keys: as it is, then each change, until the signal aborts or until history was compacted under the
 * watch. The watch begins before the listing, and the pages may be of any revision: so the listing ends however often
 * etcd is compacted. What a page had too early the watch puts right before the range is called whole.
 *
 * @throws HistoryRolledBack when etcd goes back behind what was seen
 */
export async function* followRange(
  client: Etcd3,
  range: KeyRange,
  outer: AbortSignal,
  onFailure: (failure: StoreFailure) => void,
): AsyncGenerator<RangeNews, void, undefined> {
  const reading = linkedTo(outer);
  const { signal } = reading;
  try {
    const head = await headRevision(client, signal, { onFailure });
    const watch = follow(client, range, next(head), signal, { onFailure });
    const meanwhile = new Meanwhile();
    // etcd says when the watch has begun: what is compacted from then on does not hurt it.
    const begun = await watch.next();
    if (begun.done || begun.value.kind === 'compacted') return;
    meanwhile.hold(begun.value);
    const pages = listRange(client, range, signal, { ...documentPages, anyRevision: true, onFailure });
    let heard = quietly(watch.next());
    let page: Promise<IteratorResult<Page, void>> | undefined = quietly(pages.next());
    // Whatever was changed behind `head` and is in a page comes by the watch, too.
    let newest = head;
    while (page || newest > later(head, meanwhile.through)) {
      const turn = await firstOf(page, heard);
      if ('heard' in turn) {
        if (turn.heard.done || turn.heard.value.kind === 'compacted') return;
        meanwhile.hold(turn.heard.value);
        heard = quietly(watch.next());
      } else if (turn.page.done) page = undefined;
      else {
        const values = turn.page.value.kind === 'page' ? turn.page.value.values : [];
        newest = values.reduce((latest, { modified }) => later(latest, modified), newest);
        yield { kind: 'changes', changes: values.map((stored) => ({ key: stored.key, stored })) };
        page = quietly(pages.next());
      }
    }
    yield { kind: 'changes', changes: [...meanwhile.changes.values()] };
    yield { kind: 'whole' };
    for (let item = await heard; !item.done && item.value.kind !== 'compacted'; item = await watch.next())
      if (item.value.kind === 'changes') yield { kind: 'changes', changes: item.value.changes };
  } finally {
    reading.end();
  }
}

const later = (a: Revision, b: Revision): Revision => (a > b ? a : b);

/** Whoever awaits it gets its error; nobody may. */
const quietly = <A>(promise: Promise<A>): Promise<A> => {
  promise.catch(() => undefined);
  return promise;
};

const firstOf = (
  page: Promise<IteratorResult<Page, void>> | undefined,
  heard: Promise<IteratorResult<Followed, void>>,
): Promise<Turn> => {
  const watched = heard.then((result): Turn => ({ heard: result }));
  return page ? Promise.race([page.then((result): Turn => ({ page: result })), watched]) : watched;
};
