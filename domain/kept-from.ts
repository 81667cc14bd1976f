import * as t from 'io-ts';
import { Instant } from './instant.js';
import { Revision } from './revision.js';
import { type TrimHorizons } from './trim-horizon.js';

/**
 * Up to where retention may delete the chunks of a generation of history: `models/history/{generation}/kept`. What ends
 * before it counts as gone. Commits need not compare it: a chunk that is written late is deleted like the others.
 * Versioned: change with care.
 */
export const KeptChunks = t.readonly(
  t.intersection([
    t.type({
      /** The first revision of a run's last segment whose chunks stay. */
      from: Revision,
    }),
    t.partial({
      /** The newest time of observation of what has gone: history is whole behind it. Never later than when that went. */
      deleted_to: Instant,
    }),
  ]),
  'KeptChunks',
);
export type KeptChunks = t.TypeOf<typeof KeptChunks>;

/** From where on things are kept: of the log, of a generation of history, of a generation of clusters. */
export interface KeptFrom {
  readonly trimmed: TrimHorizons;
  readonly chunks: Revision;
  readonly minutes: Instant | undefined;
}
