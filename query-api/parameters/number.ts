import { revision, type Revision } from '../../domain/revision.js';
import { type Parameter } from './parameter.js';
import { textCodec } from './text-codec.js';

/** Items in one answer at most. */
export const mostItems = 10_000;

const Count = textCodec(
  'Count',
  (text) => (/^[1-9]\d{0,4}$/.test(text) && Number(text) <= mostItems ? Number(text) : undefined),
  String,
);

export const limit = (description: string, fallback: number): Parameter<number> => ({
  codec: Count,
  description,
  accepted: `a whole number from 1 to ${mostItems}`,
  schema: { type: 'integer', minimum: 1, maximum: mostItems, default: fallback },
  example: '100',
});

const largest = 2n ** 63n - 1n;
const RevisionText = textCodec<Revision>(
  'Revision',
  (text) => (/^(0|[1-9]\d{0,18})$/.test(text) && BigInt(text) <= largest ? revision(text) : undefined),
  String,
);

export const minRevision: Parameter<Revision> = {
  codec: RevisionText,
  description:
    'Answer only from this revision of the log on. The request waits for it up to 5 s, then answers 503 with ' +
    'Retry-After. Give the x-telemetry-revision of an earlier answer to read your own past.',
  accepted: `a whole number from 0 to ${largest}`,
  schema: { type: 'string', pattern: '^(0|[1-9][0-9]{0,18})$' },
  example: '1',
};
