import { type Either } from 'fp-ts/lib/Either.js';
import { readBody } from './body.js';
import { Damaged } from './damaged.js';
import { type DictionaryCache } from './dictionary-cache.js';
import { unframe } from './frame.js';
import { readHeader } from './header.js';
import { type Samples, type Segment, type SegmentFault, type SegmentHeader } from './segment.js';

/**
 * Back from `encodeSegment`. Any bytes at all give a segment or a fault: nothing is thrown.
 *
 * @param dictionaries where dictionaries that were read before are found again; without it every one is read
 */
export const decodeSegment = (bytes: Uint8Array, dictionaries?: DictionaryCache): Either<SegmentFault, Segment> =>
  unframe('TS', bytes, (input) => {
    const header = readHeader(input);
    const samples = readBody(input, dictionaries);
    if (samples.values.length !== header.events) throw new Damaged('its header counts other events than it holds');
    return { header, samples };
  });

/** The header alone, checked by the checksum of the whole, without inflating the events. */
export const decodeSegmentHeader = (bytes: Uint8Array): Either<SegmentFault, SegmentHeader> =>
  unframe('TS', bytes, readHeader);

/** Back from `encodeSamples`. */
export const decodeSamples = (bytes: Uint8Array, dictionaries?: DictionaryCache): Either<SegmentFault, Samples> =>
  unframe('TC', bytes, (input) => readBody(input, dictionaries));
