import { formatInstant, parseInstant, type Instant } from '../../domain/instant.js';
import { type Parameter } from './parameter.js';
import { textCodec } from './text-codec.js';

/**
 * RFC 3339. A `+` that was not written as `%2B` arrives as a space; before an offset it can mean nothing else.
 */
const parseTime = (text: string): Instant | undefined => {
  const mended = text.replace(/ (\d\d:\d\d)$/, (whole, offset: string) => (/[Tt]/.test(text) ? `+${offset}` : whole));
  return /^\d{4}-\d\d-\d\d[Tt]/.test(mended) ? parseInstant(mended) : undefined;
};

const Time = textCodec('Time', parseTime, formatInstant);
const accepted = 'a time of RFC 3339 with an offset and up to nine digits of fraction, such as 2025-07-18T20:42:34.5Z';

const time = (description: string, example: string): Parameter<Instant> => ({
  codec: Time,
  description,
  accepted,
  schema: { type: 'string', format: 'date-time' },
  example,
});

export const startTime = time(
  'The earliest observation time, itself included, to the nanosecond. RFC 3339.',
  '2025-07-18T20:42:34Z',
);
export const endTime = time(
  'The latest observation time, itself included, to the nanosecond. RFC 3339.',
  '2025-07-18T20:42:37Z',
);
