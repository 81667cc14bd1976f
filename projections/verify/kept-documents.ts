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

/** The first and the last revision of a run. */
type Run = readonly [from: Revision, revision: Revision];

const runOf = (document: StoredDocument): Run | undefined => {
  const [from, revision] = [beginningOf(document), parseChunkPath(document.path)?.revision];
  return from !== undefined && revision !== undefined ? [from, revision] : undefined;
};

/** By their beginnings, of those with the same the longest first. */
const inOrder = ([a, x]: Run, [b, y]: Run): number => (a < b ? -1 : a > b ? 1 : x > y ? -1 : x < y ? 1 : 0);

/**
 * The chunks of runs that hold what another run of the partition begins with, which each is to do behind the one before.
 * That is told of any chunks, without the log that they were made of.
 */
export const overlapping = (documents: readonly StoredDocument[]): readonly StoredDocument[] => {
  const all = new Map(documents.map((document) => [runOf(document)?.join(), runOf(document)] as const));
  const runs = [...all.values()].filter((run) => run !== undefined).sort(inOrder);
  const holding = new Set(runs.filter(([, end], i) => i + 1 < runs.length && runs[i + 1]![0] <= end).map(String));
  return documents.filter((document) => holding.has(String(runOf(document))));
};

const beginningOf = ({ value }: StoredDocument): Revision | undefined => {
  const chunk = chunkDocument.decode(value);
  return isRight(chunk) ? chunk.right.from : undefined;
};
