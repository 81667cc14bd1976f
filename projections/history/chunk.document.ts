import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { ClusterId, GpuUuid, Hostname } from '../../domain/ids.js';
import { Instant } from '../../domain/instant.js';
import { Revision } from '../../domain/revision.js';
import { decodeSamples } from '../../domain/segment/decode.js';
import { type Samples, type SegmentFault } from '../../domain/segment/segment.js';
import { type DocumentFormat, jsonDocument } from '../documents/json.document.js';

const Header = t.readonly(
  t.type({
    /** Of the last segment of the run: the chunk counts only when the history checkpoint is past it. */
    revision: Revision,
    /** Of the first segment of the run. */
    from: Revision,
    cluster: ClusterId,
    hostname: Hostname,
    uuid: GpuUuid,
    /** Number of this chunk among those of the device and run, from 0, in the order of time. */
    part: t.number,
    /** The first and last observation time, both inclusive. */
    first: Instant,
    last: Instant,
    events: t.number,
  }),
  'ChunkHeader',
);
export type ChunkHeader = t.TypeOf<typeof Header>;

/**
 * Samples of one device from one run of its partition's log, by observation time, then metric; for one metric at one
 * time only the sample of the latest position is kept. `body` is the body of a segment: read it with {@link samplesOfChunk}.
 * Bound: `chunkEvents` events, and what {@link fitsChunk}. Versioned: change with care.
 */
export interface ChunkDocument extends ChunkHeader {
  readonly body: Uint8Array;
}

/** A chunk holds at most this many events; a device with more in one run has several chunks. */
export const chunkEvents = 65_536;

/**
 * Bytes that samples may take before they are compressed: what takes more is halved, by events, until it does not. Names
 * that are new with each event would make chunks that no transaction of etcd takes. Counted without what compresses it,
 * which is another in another version of Node.js, since the same log is to give the same chunks (promise P3).
 */
const chunkBytes = 1_250_000;
/** Of an event: its value, its time and its place in the series. */
const eventBytes = 16;

/** Whether samples are not too much for one chunk; one event always is not. */
export const fitsChunk = ({ series, values }: Samples): boolean => {
  if (values.length === 1) return true;
  const texts = new Set(
    series.flatMap(({ metric, gpuIndex, device, modelName }) => [metric, gpuIndex, device, modelName]),
  );
  const textBytes = [...texts].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  return textBytes + eventBytes * values.length <= chunkBytes;
};

const header = jsonDocument<ChunkHeader, t.OutputOf<typeof Header>>(Header, (h) =>
  Header.encode({
    revision: h.revision,
    from: h.from,
    cluster: h.cluster,
    hostname: h.hostname,
    uuid: h.uuid,
    part: h.part,
    first: h.first,
    last: h.last,
    events: h.events,
  }),
);

/** Stored as one line of JSON, a line feed, and the body. */
export const chunkDocument: DocumentFormat<ChunkDocument> = {
  encode: (chunk) => Buffer.concat([header.encode(chunk), Buffer.of(10), chunk.body]),
  decode: (value) => {
    const end = value.indexOf(10);
    if (end < 0) return E.left('no header line');
    const decoded = header.decode(value.subarray(0, end));
    return E.isLeft(decoded) ? decoded : E.right({ ...decoded.right, body: value.subarray(end + 1) });
  },
};

/** The samples of a chunk, ordered as {@link ChunkDocument} says; every series names the device by its address. */
export const samplesOfChunk = (chunk: ChunkDocument): E.Either<SegmentFault, Samples> => decodeSamples(chunk.body);
