import * as t from 'io-ts';
import { Partition } from './ids.js';
import { Instant } from './instant.js';
import { Revision } from './revision.js';

/** The projections of the system, in the order in which they are shown. */
export const projectionNames = ['gpu', 'host', 'cluster', 'history', 'health'] as const;
export type ProjectionName = (typeof projectionNames)[number];
export const ProjectionName = t.keyof(
  Object.fromEntries(projectionNames.map((name) => [name, null])) as Record<ProjectionName, null>,
  'ProjectionName',
);

/**
 * `building` beside the active one until it has caught up; `active`: queries answer from it; `retired`: it was, and is
 * there until the gateways have loaded its successor; `failed`: its fold is broken, and it stays for the reason alone.
 */
export const GenerationState = t.keyof(
  { building: null, active: null, retired: null, failed: null },
  'GenerationState',
);
export type GenerationState = t.TypeOf<typeof GenerationState>;

/** Where a partial generation begins in one partition: what lay before had been trimmed. */
export const PartialFrom = t.readonly(
  t.intersection([
    t.type({
      partition: Partition,
      from: Revision,
      /** Segments of the partition that lie before it. */
      segments: t.number,
    }),
    /** Their events; a record of before they were counted does not tell. */
    t.partial({ events: t.number }),
  ]),
  'PartialFrom',
);
export type PartialFrom = t.TypeOf<typeof PartialFrom>;

/** Where a run of history ends whatever is in it: with the last segment before a revision. */
export const RunCut = t.readonly(t.type({ partition: Partition, at: Revision }), 'RunCut');
export type RunCut = t.TypeOf<typeof RunCut>;

/** One build of a projection: `projections/{name}/generations/{number}`. Versioned: change with care. */
export const GenerationRecord = t.readonly(
  t.intersection([
    t.type({
      projection: ProjectionName,
      /** Never reused. */
      generation: t.number,
      /** The version of the fold that builds it. */
      version: t.number,
      state: GenerationState,
      /** True where the log's old end had been trimmed and no archive reached back. */
      partial: t.boolean,
      created_at: Instant,
    }),
    t.partial({
      /** Of `cluster`: minutes before this one were dropped by retention, and are not begun again for late samples. */
      minutes_from: Instant,
      /** Of a partial one: the partitions that it did not fold from their beginning. */
      from: t.readonlyArray(PartialFrom),
      /**
       * Of one that is built from an archive: up to here, itself included, the log had been trimmed when it began. Who
       * builds it has an archive that holds all of that.
       */
      archived_through: Revision,
      /**
       * Of history that is built from an archive: the runs that would have begun before the log does, and ended behind
       * that, are ended there. Who reads an active generation has the log alone, collectors and gateways alike, and
       * finds its open run there whole. It is not left to such a run to end by itself, since in a partition that gets
       * no events it never does; and written down, since a fold has to make the same of the same log (promise P3).
       */
      runs_cut: t.readonlyArray(RunCut),
      /** Of a failed one: why. */
      failure: t.string,
    }),
  ]),
  'GenerationRecord',
);
export type GenerationRecord = t.TypeOf<typeof GenerationRecord>;

/** True while collectors fold it; the others hold up nothing and nobody. */
export const isFolded = ({ state }: Pick<GenerationRecord, 'state'>): boolean =>
  state === 'building' || state === 'active';

/** Up to where whoever folds it must have an archive; undefined for all but builds that were begun from one. */
export const archiveNeeded = ({
  state,
  archived_through,
}: Pick<GenerationRecord, 'state' | 'archived_through'>): Revision | undefined =>
  state === 'building' ? archived_through : undefined;

/** Where its runs are cut in one partition. */
export const cutsIn = ({ runs_cut = [] }: Pick<GenerationRecord, 'runs_cut'>, partition: Partition): Revision[] =>
  runs_cut.filter((cut) => cut.partition === partition).map(({ at }) => at);

/** `projections/{name}/active`: the generation that queries answer from. */
export const ActivePointer = t.readonly(t.type({ generation: t.number }), 'ActivePointer');
export type ActivePointer = t.TypeOf<typeof ActivePointer>;

/**
 * How far a generation has folded one partition, committed with the documents it covers (promise P1):
 * `models/{projection}/{generation}/checkpoints/{partition}`. Versioned: change with care.
 */
export const FoldCheckpoint = t.readonly(
  t.type({
    /** The next revision that the generation will fold. */
    next: Revision,
    /** Segments and events folded since the generation began. */
    segments: t.number,
    events: t.number,
  }),
  'FoldCheckpoint',
);
export type FoldCheckpoint = t.TypeOf<typeof FoldCheckpoint>;

/**
 * `projections/registry`: rewritten by everything that changes which generations there are, so that whoever depends on
 * them can compare it. Versioned: change with care.
 */
export const RegistryEntry = t.readonly(
  t.type({
    /** The highest number that each projection has used: numbers are never reused. */
    last: t.readonly(t.record(t.string, t.number)),
    /** Different for each change: tells whether one was applied whose answer was lost. */
    change: t.string,
  }),
  'RegistryEntry',
);
export type RegistryEntry = t.TypeOf<typeof RegistryEntry>;
