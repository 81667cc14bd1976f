import { type Etcd3, type IRangeRequest } from 'etcd3';
import { type Revision, revision } from '../../domain/revision.js';
import { readTogether } from './read-together.js';

/** The create revisions of segments that must be there at a revision, by their keys. @throws Error when one is missing (promise L2) */
export const segmentRevisions = async (
  client: Etcd3,
  segments: readonly string[],
  at: Revision,
  signal: AbortSignal,
): Promise<readonly Revision[]> => {
  const requests = segments.map((key): IRangeRequest => {
    return { key: Buffer.from(key), keys_only: true, revision: String(at) };
  });
  const { replies } = await readTogether(client, requests, signal);
  return segments.map((key, i) => {
    const found = replies[i]!.kvs[0];
    if (!found) throw new Error(`${key} is missing (L2)`);
    return revision(found.create_revision);
  });
};
