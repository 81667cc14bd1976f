import * as t from 'io-ts';
import { Instant } from './instant.js';
import { Revision } from './revision.js';

/** The projections of the system, in the order in which they are shown. */
export const projectionNames = ['gpu', 'host', 'cluster', 'history'] as const;
export type ProjectionName = (typeof projectionNames)[number];
export const ProjectionName = t.keyof({ gpu: null, host: null, cluster: null, history: null }, 'ProjectionName');

/** One build of a projection: `projections/{name}/generations/{number}`. Versioned: change with care. */
export const GenerationRecord = t.readonly(
  t.intersection([
    t.type({
      projection: ProjectionName,
      /** Never reused. */
      generation: t.number,
      /** The version of the fold that builds it. */
      version: t.number,
      state: t.union([t.literal('building'), t.literal('active')]),
      /** True where the log's old end had been trimmed and no archive reached back. */
      partial: t.boolean,
      created_at: Instant,
    }),
    /** Of `cluster`: minutes before this one were dropped by retention, and are not begun again for late samples. */
    t.partial({ minutes_from: Instant }),
  ]),
  'GenerationRecord',
);
export type GenerationRecord = t.TypeOf<typeof GenerationRecord>;

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
