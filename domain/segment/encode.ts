import { writeBody } from './body.js';
import { frame, sampleVersion, segmentVersion } from './frame.js';
import { writeHeader } from './header.js';
import { type Samples, type Segment } from './segment.js';
import { type WrittenDictionaries } from './written-dictionaries.js';

/**
 * The bytes of a segment, as SEGMENT.md specifies them. The same segment gives the same bytes (with the same zlib).
 * Throws a RangeError on what no segment can hold: see `limits.ts`, and values that are not finite.
 *
 * @param version of the format; whoever appends to a log takes one that all who read it know
 * @param dictionaries of the same writer; they change no byte
 */
export const encodeSegment = (
  { header, samples }: Segment,
  version = segmentVersion,
  dictionaries?: WrittenDictionaries,
): Uint8Array => {
  if (header.events !== samples.values.length) throw new RangeError('the header counts other events than there are');
  return frame('TS', version, (out) => {
    writeHeader(out, header);
    writeBody(out, samples, dictionaries);
  });
};

/** Samples alone in the same form, for whoever keeps events by something else than the log's order. */
export const encodeSamples = (samples: Samples): Uint8Array =>
  frame('TC', sampleVersion, (out) => writeBody(out, samples));
