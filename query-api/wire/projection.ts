import * as t from 'io-ts';
import { projectionNames } from '../../domain/generation.js';
import { described, named } from '../schema/described.js';
import { count, text } from './fields.js';

const Stopped = t.type({
  partition: count('The partition that has stopped.', 0),
  key: text('The segment at which it has stopped.'),
  reason: text('Why.'),
});

export const WireProjection = named(
  'Projection',
  t.type({
    name: text(`${projectionNames.join(', ')}.`, 'gpu'),
    version: count('The version of its fold.'),
    generation: text('The number of the build; numbers are never reused.', '1'),
    state: described(
      t.keyof({ building: null, active: null, failed: null }),
      'active: queries answer from it; building: it will take over when it has caught up; failed: its fold is broken.',
    ),
    partial: described(t.boolean, 'True when the log’s old end had been trimmed when it was built.'),
    old: described(t.boolean, 'True when no live collector folds this version: it is served as it stands.'),
    lag_segments: count('Segments of the log that it has not folded yet.', 0),
    events: count('Events folded.', 2470),
    events_per_second: count('Events folded a second, over the last seconds.', 0),
    partitions: count('Partitions of the log.', 16),
    partitions_done: count('Partitions that are folded to their end.', 16),
    failure: described(t.union([t.string, t.null]), 'Why a build has failed; null for one that has not.'),
    stopped: described(t.array(Stopped), 'Partitions that a segment which cannot be read has stopped; [] when none.'),
  }),
);

export const WireBuild = named(
  'ProjectionBuild',
  t.type({
    name: text('The projection.', 'gpu'),
    version: count('The version of the fold that builds it.'),
    generation: text('The number of the build; numbers are never reused.', '2'),
    state: described(t.keyof({ building: null }), 'Queries go on answering from the active generation.'),
    partial: described(t.boolean, 'True when it is built without what was trimmed from the log.'),
  }),
);
