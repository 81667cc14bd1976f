import { type Epoch, type Partition } from '../../domain/ids.js';
import { type Cursor } from '../../domain/position.js';
import { revision, type Revision } from '../../domain/revision.js';

/** Opaque to clients. Versioned: change with care. */
export const printLiveCursor = ({ epoch, revision: at, partition, place }: Cursor): string =>
  Buffer.from(`1.${epoch}.${at}.${partition}.${place}`, 'utf8').toString('base64url');

/** etcd's revisions are signed 64-bit numbers. */
const lastRevision = 2n ** 63n - 1n;
const form = /^1\.(\d{1,15})\.(0|[1-9]\d{0,18})\.(\d{1,2})\.(\d{1,16})$/;

/** Undefined for text that no gateway gave. */
export const readLiveCursor = (text: string): Cursor | undefined => {
  const found = /^[A-Za-z0-9_-]{1,128}$/.test(text) && form.exec(Buffer.from(text, 'base64url').toString('utf8'));
  if (!found) return undefined;
  const [, epoch, at, partition, place] = found;
  if (BigInt(at!) > lastRevision) return undefined;
  const cursor = {
    epoch: Number(epoch) as Epoch,
    revision: revision(at!),
    partition: Number(partition) as Partition,
    place: Number(place),
  };
  // Not what says the same in other characters: base64 passes over some, and a cursor is taken unchanged.
  return printLiveCursor(cursor) === text ? cursor : undefined;
};

/** Behind everything of a revision: for a state that holds all of it. */
export const behindRevision = (epoch: Epoch, at: Revision): Cursor => ({
  epoch,
  revision: at,
  partition: 63 as Partition,
  place: Number.MAX_SAFE_INTEGER,
});
