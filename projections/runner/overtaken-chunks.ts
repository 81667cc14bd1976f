import { type DocumentChange } from '../../domain/read-model.js';
import { type Revision } from '../../domain/revision.js';
import { parseChunkPath } from '../history/chunk-path.document.js';

/**
 * Whether a commit may have been overtaken by a cut: the run that is next was to end behind it, some chunks of it had
 * been written, and its checkpoint was refused. Cut, it ends elsewhere, so nobody writes chunks of those names again,
 * and queries would count them as soon as the checkpoint has passed them.
 *
 * @param next of the checkpoint
 */
export const mayBeOvertaken = (cuts: readonly Revision[], next: Revision): boolean => cuts.some((cut) => cut >= next);

/** The paths of chunks that no checkpoint covers, of all of a part: before another owner begins they are left over. */
export const uncovered = (paths: readonly (readonly string[])[], next: Revision): readonly (readonly string[])[] =>
  paths.filter((path) => {
    const chunk = parseChunkPath(path);
    return chunk !== undefined && chunk.revision >= next;
  });

/** Changes that delete what is left over too, but for what they write themselves. */
export const deleting = (
  leftOver: readonly (readonly string[])[],
  changes: readonly DocumentChange[],
): readonly DocumentChange[] => {
  if (leftOver.length === 0) return changes;
  const written = new Set(changes.map(({ path }) => JSON.stringify(path)));
  const going = leftOver.filter((path) => !written.has(JSON.stringify(path)));
  return [...going.map((path) => ({ path, value: undefined })), ...changes];
};
