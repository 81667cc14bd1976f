import { writeBody } from './body.js';
import { ByteWriter } from './byte-writer.js';
import { frame, sampleVersion, segmentVersion } from './frame.js';
import { writeHeader } from './header.js';
import { type Samples, type Segment, type SegmentHeader } from './segment.js';
import { type WrittenDictionaries } from './written-dictionaries.js';

/** Encodes samples at once, and gives what makes a segment of them when it is known where that goes. */
export type SegmentEncoder = (samples: Samples) => (header: SegmentHeader) => Uint8Array;

/**
 * Encodes segments, as SEGMENT.md specifies them. The same segment gives the same bytes (with the same zlib). Throws a
 * RangeError on what no segment can hold: see `limits.ts`, and values that are not finite.
 *
 * @param version of the format, asked for with each header; whoever appends to a log takes one that all who read it know
 * @param dictionaries of the same writer; they change no byte
 */
export const segmentEncoder =
  (version: () => number = () => segmentVersion, dictionaries?: WrittenDictionaries): SegmentEncoder =>
  (samples) => {
    const events = samples.values.length;
    const body = new ByteWriter();
    writeBody(body, samples, dictionaries);
    return (header) => {
      if (header.events !== events) throw new RangeError('the header counts other events than there are');
      return frame('TS', version(), (out) => {
        writeHeader(out, header);
        out.raw(body.finish());
      });
    };
  };

/** The bytes of a segment that is whole already. Throws as `segmentEncoder` does. */
export const encodeSegment = ({ header, samples }: Segment, version = segmentVersion): Uint8Array =>
  segmentEncoder(() => version)(samples)(header);

/** Samples alone in the same form, for whoever keeps events by something else than the log's order. */
export const encodeSamples = (samples: Samples): Uint8Array =>
  frame('TC', sampleVersion, (out) => writeBody(out, samples));
