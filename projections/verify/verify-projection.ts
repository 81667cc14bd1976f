import { setTimeout as pause } from 'node:timers/promises';
import { isLeft } from 'fp-ts/lib/Either.js';
import { type GenerationRecord, type ProjectionName } from '../../domain/generation.js';
import { type Partition } from '../../domain/ids.js';
import { type LogReader } from '../../domain/log-entry.js';
import { type ModelPart, type ModelStore } from '../../domain/read-model.js';
import { beginning, type Revision } from '../../domain/revision.js';
import { type decodeSegment } from '../../domain/segment/decode.js';
import { compareDocuments, type Comparison, type Difference } from '../plain/compare-documents.js';
import { plainFolds } from '../plain/plain-folds.js';

/** A difference and where it is. */
export type PlacedDifference = Difference & {
  readonly projection: ProjectionName;
  readonly generation: number;
  readonly partition: Partition;
};

/** What `projections verify --json` prints. */
export interface ProjectionVerdict {
  readonly ok: boolean;
  /** Documents of either side. */
  readonly compared: number;
  /** At most a thousand. */
  readonly differences: readonly PlacedDifference[];
}

export interface FoldAgainPorts {
  readonly log: LogReader;
  readonly models: ModelStore;
  readonly decode: typeof decodeSegment;
}

const mostDifferences = 1_000;
const looks = 4;
const betweenLooksMs = 500;

/**
 * Folds the log again with the plain fold and compares document by document (promise R5): each partition at one revision,
 * up to its checkpoint there. Throws when etcd does not answer or a segment up to a checkpoint cannot be read.
 *
 * @param partitions how many the log has
 */
export const verifyProjections = async (
  ports: FoldAgainPorts,
  records: readonly GenerationRecord[],
  partitions: number,
  signal: AbortSignal,
): Promise<ProjectionVerdict> => {
  let compared = 0;
  const differences: PlacedDifference[] = [];
  for (const { projection, generation } of records) {
    for (let number = 0; number < partitions; number++) {
      const part: ModelPart = { projection, generation, partition: number as Partition };
      const comparison = await comparePart(ports, part, signal);
      compared += comparison.compared;
      const room = mostDifferences - differences.length;
      differences.push(...comparison.differences.slice(0, room).map((difference) => ({ ...difference, ...part })));
    }
  }
  return { ok: differences.length === 0, compared, differences };
};

/**
 * A commit of several transactions is seen half done by who looks in between: documents past the checkpoint. A
 * difference counts when it is still there some looks later.
 */
const comparePart = async (ports: FoldAgainPorts, part: ModelPart, signal: AbortSignal): Promise<Comparison> => {
  for (let look = 1; ; look++) {
    const comparison = await compareOnce(ports, part, signal);
    if (comparison.differences.length === 0 || look === looks) return comparison;
    await pause(betweenLooksMs, undefined, { signal });
  }
};

const compareOnce = async (
  { log, models, decode }: FoldAgainPorts,
  part: ModelPart,
  signal: AbortSignal,
): Promise<Comparison> => {
  const { checkpoint, documents } = await models.load(part, true, signal);
  const fold = plainFolds[part.projection]();
  const next = checkpoint?.value.next ?? beginning;
  if (next > beginning) {
    const scope = { kind: 'partition', partition: part.partition } as const;
    for await (const { entries } of log.list(scope, beginning, (next - 1n) as Revision, signal)) {
      for (const { key, bytes, revision } of entries) {
        const decoded = decode(bytes);
        if (isLeft(decoded)) throw new Error(`${key} was folded and cannot be read: ${JSON.stringify(decoded.left)}`);
        fold.add({ segment: decoded.right, revision, storedBytes: bytes.byteLength });
      }
    }
  }
  return compareDocuments(fold.documents(), documents);
};
