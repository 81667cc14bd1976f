import * as t from 'io-ts';
import { ProjectionName } from './generation.js';
import { Instant } from './instant.js';
import { HeldBack } from './log-floor.js';
import { Revision } from './revision.js';

/** What is held of something, against what it may use; times are null where nothing is held. */
const held = { bytes: t.number, allowed_bytes: t.number };
const orNull = t.union([t.null, Instant]);

/**
 * What retention found at its last look: `meta/maintenance`, written by whoever holds the claim and read by `status`.
 * Versioned: change with care.
 */
export const MaintenanceReport = t.readonly(
  t.type({
    at: Instant,
    /** The process that holds the claim. */
    holder: t.string,
    /** Times of appending. */
    log: t.readonly(
      t.intersection([
        t.type({ ...held, oldest: orNull, newest: orNull, trimmed_segments: t.number, trimmed_events: t.number }),
        /** Reports of earlier programs lack these. */
        t.partial({
          /** What is to go and stays. */
          held_back: t.readonlyArray(HeldBack),
          /** True when nothing is to go that is not archived. */
          archived: t.boolean,
          /** Everything that the log holds before this revision was found in the archive; 0 while that is not certain. */
          archived_before: Revision,
        }),
      ]),
    ),
    /** Of `history` and `cluster`; times of observation. */
    models: t.readonlyArray(
      t.readonly(
        t.intersection([
          t.type({ ...held, projection: ProjectionName, generation: t.number, oldest: orNull, newest: orNull }),
          /** Of history of which something was deleted: the newest time that that told of. */
          t.partial({ deleted_to: Instant }),
        ]),
      ),
    ),
  }),
  'MaintenanceReport',
);
export type MaintenanceReport = t.TypeOf<typeof MaintenanceReport>;
