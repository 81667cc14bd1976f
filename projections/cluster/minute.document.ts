import * as t from 'io-ts';
import { ClusterId } from '../../domain/ids.js';
import { formatInstant, Instant } from '../../domain/instant.js';
import { Revision } from '../../domain/revision.js';
import { jsonDocument } from '../documents/json.document.js';
import { TallyCodec } from '../documents/tally.document.js';

const Wire = t.readonly(
  t.type({
    /** Of the last segment that changed this document. */
    revision: Revision,
    cluster: ClusterId,
    /** The start of the minute. */
    minute: Instant,
    /** True when metrics beyond `tallyLimit` were left out. */
    truncated: t.boolean,
    tallies: t.readonlyArray(TallyCodec),
  }),
  'MinuteDocument',
);

/**
 * One minute of effective time of a cluster, one document per partition that holds some of its hosts; partitions are
 * added up when read. Every event counts, late ones too, until retention drops the minute. Versioned: change with care.
 */
export type MinuteDocument = t.TypeOf<typeof Wire>;

/** Below each partition: `minutes/{cluster}/{start, RFC 3339}`. */
export const minutePath = (cluster: ClusterId, minute: Instant): readonly string[] => [
  'minutes',
  cluster,
  formatInstant(minute),
];

export const minuteDocument = jsonDocument<MinuteDocument, t.OutputOf<typeof Wire>>(Wire, (d) =>
  Wire.encode({
    revision: d.revision,
    cluster: d.cluster,
    minute: d.minute,
    truncated: d.truncated,
    tallies: d.tallies,
  }),
);
