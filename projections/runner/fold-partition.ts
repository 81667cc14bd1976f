import { type StoppedPartition } from '../../domain/collector-announcement.js';
import { type OwnClaim } from '../../domain/collector-group.js';
import { type Partition } from '../../domain/ids.js';
import { type Revision } from '../../domain/revision.js';
import { Backlog } from './backlog.js';
import { commitPartition } from './commit-partition.js';
import { OwnedPart } from './owned-part.js';
import { readPartition } from './read-partition.js';
import { type Surroundings } from './surroundings.js';

export type FoldingEnd =
  | { readonly kind: 'ended' }
  /** A part is somebody else's, or has changed: start again with new claims. */
  | { readonly kind: 'fenced'; readonly reason: string };

/** Loads the claimed parts; undefined when the generation of one is no longer there. Throws when etcd does not answer. */
export const openParts = async (
  around: Surroundings,
  claims: readonly OwnClaim[],
  signal: AbortSignal,
): Promise<readonly OwnedPart[] | undefined> => {
  const { generations } = await around.registry.read(signal);
  const known = claims.map(({ part }) =>
    generations.find(({ record }) => record.projection === part.projection && record.generation === part.generation),
  );
  return known.includes(undefined)
    ? undefined
    : Promise.all(
        claims.map((claim, at) => {
          const projection = around.projections.find(({ name }) => name === claim.part.projection)!;
          return OwnedPart.open(around.models, projection, claim, known[at]!.modified, signal);
        }),
      );
};

const least = (a: Revision, b: Revision): Revision => (a < b ? a : b);

/**
 * Folds one partition for all of its parts, reading it once from the least of their checkpoints, until `stop` aborts or
 * a commit is refused. At a segment that cannot be read it commits what came before and waits. `hard` ends it without
 * finishing the commit under way. Throws what following the log throws: history was rolled back.
 */
export const foldPartition = async (
  around: Surroundings,
  partition: Partition,
  parts: readonly OwnedPart[],
  stop: AbortSignal,
  hard: AbortSignal,
): Promise<FoldingEnd> => {
  const { log, decode, counters, notice } = around;
  const backlog = new Backlog();
  const end = new AbortController();
  const ending = AbortSignal.any([stop, hard, end.signal]);
  const stops: StoppedPartition[] = [];
  const report = (of: readonly OwnedPart[], key: string, reason: string) => {
    const numbers = of.map(({ claim: { part } }) => ({ projection: part.projection, partition, key, reason }));
    stops.push(...numbers);
    const names = numbers.map(({ projection }) => projection).join(', ');
    notice(`Partition ${String(partition)} of ${names} has stopped at ${key}: ${reason}. The others go on.`);
  };
  for (const part of parts) if (part.failure !== undefined) report([part], 'its read model', part.failure);
  const waits = (reason: string) => {
    if (counters.waitsFor(`etcd does not take commits: ${reason}`)) notice(`Commits are repeated: ${reason}`);
  };
  const detach = counters.attach({ stops, backlog });

  const committing = commitPartition(parts, backlog, counters, ending, hard, report, waits).finally(() => end.abort());
  const reading = readPartition(
    log,
    decode,
    partition,
    parts.map(({ wanted }) => wanted).reduce(least),
    backlog,
    (segment, entry) => {
      // What is read again for one part alone, such as history's open run, was counted before.
      if (parts.every(({ wanted }) => wanted <= entry.revision)) counters.events += segment.header.events;
      for (const part of parts) {
        const failure = part.fold(segment, entry);
        if (failure !== undefined) report([part], entry.key, failure);
      }
    },
    ending,
  ).then(
    (outcome) => {
      if (outcome.kind === 'stopped') report(parts, outcome.key, outcome.reason);
    },
    (error: unknown) => {
      end.abort();
      throw error;
    },
  );
  try {
    const [committed] = await Promise.allSettled([committing, reading]).then(() => Promise.all([committing, reading]));
    return committed;
  } finally {
    detach();
  }
};
