import * as t from 'io-ts';
import { type ClusterId, Lane, Partition, Sequence, type SourceId } from './ids.js';
import { Instant } from './instant.js';
import { type LogEntry } from './log-entry.js';
import { Revision } from './revision.js';
import { firstSegmentVersion } from './segment-version.js';
import { encodeSegment } from './segment/encode.js';
import { type Segment, type SegmentHeader } from './segment/segment.js';

/**
 * That an operator has a damaged segment passed by (promise L6): `meta/quarantined/{partition}/{lane}/{sequence}`,
 * written once. The segment stays where it stands, and readers are given one without events in its place. Versioned:
 * change with care.
 */
export const Quarantine = t.readonly(
  t.type({
    key: t.string,
    partition: Partition,
    lane: Lane,
    sequence: Sequence,
    revision: Revision,
    /** Why it cannot be read, and why it is passed by. */
    fault: t.string,
    reason: t.string,
    /** Of its bytes, by which it is known later. */
    length: t.number,
    sha256: t.string,
    at: Instant,
  }),
  'Quarantine',
);
export type Quarantine = t.TypeOf<typeof Quarantine>;

/** No text has this hash, so no source is called so. */
const nowhere = '0'.repeat(32) as SourceId;

const standIn: Segment = {
  header: {
    ...{ cluster: '-' as ClusterId, source: nowhere, claim: 0n as Revision, batch: 0, part: 0, parts: 1 },
    ...{ from: 0, to: 0, pass: 0, appendedAt: 0n as Instant, columns: [], events: 0 },
  },
  samples: {
    ...{ series: [], times: [], texts: new Map() },
    ...{ seriesAt: new Uint32Array(0), timeAt: new Uint32Array(0), values: new Float64Array(0) },
  },
};

let bytes: Uint8Array | undefined;

/** The entry as readers are given it: a segment without events, the same in every process, which all of them read. */
export const standInFor = (entry: LogEntry): LogEntry => ({
  ...entry,
  bytes: (bytes ??= encodeSegment(standIn, firstSegmentVersion)),
});

/** Whether a segment stands in for one that is passed by. */
export const isStandIn = ({ source }: Pick<SegmentHeader, 'source'>): boolean => source === nowhere;
