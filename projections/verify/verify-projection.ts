import { setTimeout as pause } from 'node:timers/promises';
import { isLeft } from 'fp-ts/lib/Either.js';
import { type GenerationRecord, type ProjectionName } from '../../domain/generation.js';
import { type Partition } from '../../domain/ids.js';
import { type KeptFrom } from '../../domain/kept-from.js';
import { type LogReader, LogTrimmed } from '../../domain/log-entry.js';
import { type ModelPart, type ModelStore, type StoredDocument } from '../../domain/read-model.js';
import { beginning, type Revision } from '../../domain/revision.js';
import { type decodeSegment } from '../../domain/segment/decode.js';
import { sameHorizons } from '../../domain/trim-horizon.js';
import { compareDocuments, type Comparison, type Difference } from '../plain/compare-documents.js';
import { plainFolds, plainVersions } from '../plain/plain-folds.js';
import { isKept, overlapping, wholeRuns } from './kept-documents.js';
import { compareSince } from './since-horizon.js';

/** A difference and where it is. */
export type PlacedDifference = Difference & {
  readonly projection: ProjectionName;
  readonly generation: number;
  readonly partition: Partition;
};

/** A generation that another program has folded in a version that this one cannot fold again. */
export interface NotCompared {
  readonly projection: ProjectionName;
  readonly generation: number;
  readonly version: number;
  /** The versions that this program folds again. */
  readonly verifies: readonly number[];
}

/** What `projections verify --json` prints. */
export interface ProjectionVerdict {
  readonly ok: boolean;
  /** Only there when retention has deleted the beginning of the log: the rest is compared as far as it tells. */
  readonly partial?: true;
  /** Documents of either side. */
  readonly compared: number;
  /** At most a thousand. */
  readonly differences: readonly PlacedDifference[];
  /** The partitions that were compared, where not all were. */
  readonly sample?: readonly Partition[];
  /** Only there when something was not compared for its version; then `ok` is false, since nobody knows. */
  readonly not_compared?: readonly NotCompared[];
}

export interface FoldAgainPorts {
  readonly log: LogReader;
  readonly models: ModelStore;
  readonly decode: typeof decodeSegment;
  /** From where on the log and the documents of a generation are kept. */
  readonly keptFrom: (record: GenerationRecord, signal: AbortSignal) => Promise<KeptFrom>;
}

const mostDifferences = 1_000;
const looks = 4;
const betweenLooksMs = 500;
const mostTrims = 100;

/**
 * Folds the log again with the plain fold and compares document by document (promise R5): each partition at one revision,
 * up to its checkpoint there. Where retention deleted its beginning, from the recorded horizons on. Throws when etcd does not answer or a segment up to a checkpoint cannot be read.
 *
 * @param partitions those to compare; the others are left out
 */
export const verifyProjections = async (
  ports: FoldAgainPorts,
  records: readonly GenerationRecord[],
  partitions: readonly Partition[],
  signal: AbortSignal,
): Promise<ProjectionVerdict> => {
  let compared = 0;
  let partial = false;
  const differences: PlacedDifference[] = [];
  const notCompared: NotCompared[] = [];
  for (const record of records) {
    const { projection, generation, version } = record;
    const verifies = plainVersions(projection);
    if (!verifies.includes(version)) {
      notCompared.push({ projection, generation, version, verifies });
      continue;
    }
    for (const partition of partitions) {
      const part: ModelPart = { projection, generation, partition };
      const comparison = await comparePart(ports, record, part, signal);
      compared += comparison.compared;
      partial ||= comparison.partial;
      const room = mostDifferences - differences.length;
      differences.push(...comparison.differences.slice(0, room).map((difference) => ({ ...difference, ...part })));
    }
  }
  return {
    ok: differences.length === 0 && notCompared.length === 0,
    ...(partial && { partial: true as const }),
    ...{ compared, differences },
    ...(notCompared.length > 0 && { not_compared: notCompared }),
  };
};

type PartComparison = Comparison & { readonly partial: boolean };

/**
 * A commit of several transactions is seen half done by who looks in between: documents past the checkpoint. A
 * difference counts when it is still there some looks later; one found while retention moved on does not.
 */
const comparePart = async (
  ports: FoldAgainPorts,
  record: GenerationRecord,
  part: ModelPart,
  signal: AbortSignal,
): Promise<PartComparison> => {
  for (let [look, trims] = [1, 0]; ;) {
    const kept = await ports.keptFrom(record, signal);
    const found = await compareOnce(ports, kept, record, part, signal).catch(trimmedOrThrow);
    if (found !== 'trimmed' && found.differences.length === 0) return found;
    const moved = found === 'trimmed' || !sameKept(kept, await ports.keptFrom(record, signal));
    if (moved && ++trims > mostTrims) throw new Error('retention deletes faster than the log can be folded again');
    if (!moved && look++ === looks) return found;
    await pause(betweenLooksMs, undefined, { signal });
  }
};

const trimmedOrThrow = (error: unknown): 'trimmed' => {
  if (error instanceof LogTrimmed) return 'trimmed';
  throw error;
};

const sameKept = (a: KeptFrom, b: KeptFrom): boolean =>
  a.chunks === b.chunks && a.minutes === b.minutes && sameHorizons(a.trimmed, b.trimmed);

const compareOnce = async (
  ports: FoldAgainPorts,
  kept: KeptFrom,
  { version }: GenerationRecord,
  part: ModelPart,
  signal: AbortSignal,
): Promise<PartComparison> => {
  const { checkpoint, documents } = await ports.models.load(part, true, signal);
  const next = checkpoint?.value.next ?? beginning;
  const horizon = kept.trimmed.get(part.partition);
  const partial = horizon !== undefined;
  const found = documents.filter(isKept(kept));
  if (!partial) {
    const expected = (await foldAgain(ports, part, version, beginning, next, signal)).filter(isKept(kept));
    return { ...compareDocuments(expected, found), partial };
  }
  if (part.projection !== 'history') {
    const expected = (await foldAgain(ports, part, version, beginning, next, signal)).filter(isKept(kept));
    return { ...compareSince(expected, found, horizon.appended_before), partial };
  }
  const { from, chunks } = wholeRuns(found, horizon);
  const expected = from === undefined ? [] : await foldAgain(ports, part, version, from, next, signal);
  const { compared, differences } = compareDocuments(expected.filter(isKept(kept)), chunks);
  const doubled = overlapping(found).filter((chunk) => !chunks.includes(chunk));
  const unexpected = doubled.map(({ path }) => ({ kind: 'unexpected', path }) as const);
  return { compared, differences: [...unexpected, ...differences], partial };
};

/** The documents that the log makes from a revision on. */
const foldAgain = async (
  { log, decode }: FoldAgainPorts,
  { projection, partition }: ModelPart,
  version: number,
  from: Revision,
  next: Revision,
  signal: AbortSignal,
): Promise<readonly StoredDocument[]> => {
  const fold = plainFolds[projection](version);
  if (next > from) {
    for await (const { entries } of log.list({ kind: 'partition', partition }, from, (next - 1n) as Revision, signal)) {
      for (const { key, bytes, revision } of entries) {
        const decoded = decode(bytes);
        if (isLeft(decoded)) throw new Error(`${key} was folded and cannot be read: ${JSON.stringify(decoded.left)}`);
        fold.add({ segment: decoded.right, revision, storedBytes: bytes.byteLength });
      }
    }
  }
  return fold.documents();
};
