import { isRight } from 'fp-ts/lib/Either.js';
import { formatInstant } from '../../domain/instant.js';
import { type KeptFrom } from '../../domain/kept-from.js';
import { type Revision } from '../../domain/revision.js';
import { type TrimHorizon } from '../../domain/trim-horizon.js';
import { chunkDocument } from '../history/chunk.document.js';
import { parseChunkPath } from '../history/chunk-path.document.js';
import { type StoredDocument } from '../projection.js';

/** What retention drops of a read model counts as gone from when it was recorded, deleted or not. */
export const isKept =
  ({ chunks, minutes }: Pick<KeptFrom, 'chunks' | 'minutes'>) =>
  ({ path }: Pick<StoredDocument, 'path'>): boolean => {
    if (path[0] === 'minutes' && minutes !== undefined) return path.at(-1)! >= formatInstant(minutes);
    const chunk = parseChunkPath(path);
    return chunk === undefined || chunk.revision >= chunks;
  };

/**
 * The chunks of runs that lie behind a horizon as a whole, and where the first of these runs begins: where runs begin
 * can be told from the beginning of the log, or from the chunks.
 */
export const wholeRuns = (
  documents: readonly StoredDocument[],
  { from: horizon }: TrimHorizon,
): { readonly from: Revision | undefined; readonly chunks: readonly StoredDocument[] } => {
  const begun = documents.map((document) => ({ document, from: beginningOf(document) }));
  const whole = begun.filter(({ from }) => from !== undefined && from >= horizon);
  const froms = whole.map(({ from }) => from!);
  const first = froms.reduce<Revision | undefined>((a, b) => (a === undefined || b < a ? b : a), undefined);
  return { from: first, chunks: whole.map(({ document }) => document) };
};

const beginningOf = ({ value }: StoredDocument): Revision | undefined => {
  const chunk = chunkDocument.decode(value);
  return isRight(chunk) ? chunk.right.from : undefined;
};
