import { type FoldCheckpoint } from '../../domain/generation.js';
import { type CommitStep, type DocumentChange, type Fence, type ModelPart } from '../../domain/read-model.js';

/** Below etcd's 128 operations and 1.5 MiB, with room for the checkpoint, the compares and the keys' prefixes. */
const mostChanges = 120;
const mostBytes = 1_250_000;

/** What a change takes in a request, from above: percent-encoding trebles a name at most, a prefix is short. */
const weight = ({ path, value }: DocumentChange): number =>
  512 + 3 * Buffer.byteLength(path.join('/')) + (value?.byteLength ?? 0);

/**
 * The transactions of one commit, in the order of sending: the checkpoint only in the last, which is sent after all the
 * others have answered (promise P1). Always at least one.
 */
export const splitCommit = (
  part: ModelPart,
  fence: Fence,
  changes: readonly DocumentChange[],
  checkpoint: FoldCheckpoint,
): readonly CommitStep[] => {
  const groups: DocumentChange[][] = [[]];
  let bytes = 0;
  for (const change of changes) {
    const group = groups.at(-1)!;
    const more = weight(change);
    const full = group.length === mostChanges || (group.length > 0 && bytes + more > mostBytes);
    if (full) groups.push([change]);
    else group.push(change);
    bytes = full ? more : bytes + more;
  }
  const last = groups.length - 1;
  return groups.map((group, at) => ({ part, fence, changes: group, checkpoint: at === last ? checkpoint : undefined }));
};
