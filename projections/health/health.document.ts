import * as t from 'io-ts';
import { ClusterId, GpuUuid, Hostname } from '../../domain/ids.js';
import { Revision } from '../../domain/revision.js';
import { jsonDocument } from '../documents/json.document.js';
import { Condition, Episode, Watch } from './episode.document.js';

const Wire = t.readonly(
  t.type({
    /** Of the last segment that changed this document. */
    revision: Revision,
    cluster: ClusterId,
    hostname: Hostname,
    uuid: GpuUuid,
    /** True when conditions beyond the limit were left out: their episodes are there, their sums are not. */
    truncated: t.boolean,
    /** What was ever wrong, in the order of first sight: sums over all episodes, dropped ones too. */
    conditions: t.readonlyArray(Condition),
    /** The newest ones, in the order in which they came to be known, and how many older ones were dropped. */
    episodes: t.readonlyArray(Episode),
    dropped: t.number,
    /** How far each signal is that was ever told of. */
    watches: t.readonlyArray(Watch),
  }),
  'HealthDocument',
);

/**
 * What is and was wrong with a device, as its metrics tell it; see `domain/health-signals.ts`. A device that was always
 * well has no document. Nothing here is overwritten by the next sample: it adds to an episode, ends it, or begins another.
 * Versioned: change with care.
 */
export type HealthDocument = t.TypeOf<typeof Wire>;

/**
 * Bounds of a document. An episode that is dropped is the oldest one that has ended: those that go on are at most one for
 * each signal, which are fewer than there is room for.
 */
export const healthLimits = { conditions: 64, episodes: 32 } as const;

/** Below the partition of (cluster, host): `health/{cluster}/{hostname}/{uuid}`. */
export const healthPath = (cluster: ClusterId, hostname: Hostname, uuid: GpuUuid): readonly string[] => [
  'health',
  cluster,
  hostname,
  uuid,
];

export const healthDocument = jsonDocument<HealthDocument, t.OutputOf<typeof Wire>>(Wire, (d) =>
  Wire.encode({
    revision: d.revision,
    cluster: d.cluster,
    hostname: d.hostname,
    uuid: d.uuid,
    truncated: d.truncated,
    conditions: d.conditions,
    episodes: d.episodes,
    dropped: d.dropped,
    watches: d.watches,
  }),
);
