import * as t from 'io-ts';
import { described, named } from '../schema/described.js';

const Refused = t.type({
  parameter: described(t.string, { description: 'The parameter.', example: 'limit' }),
  value: described(t.string, { description: 'What it was.', example: '0' }),
  accepted: described(t.string, { description: 'What is accepted.', example: 'a whole number from 1 to 10000' }),
  detail: described(t.string, 'The same as a sentence.'),
});

/** The body of `application/problem+json` (RFC 9457). */
export const WireProblem = named(
  'Problem',
  described(
    t.type({
      success: described(t.literal(false), 'False.'),
      code: described(t.string, { description: 'The kind of problem as one word.', example: 'bad-parameter' }),
      type: described(t.string, {
        description: 'The kind of problem.',
        example: 'urn:telemetry:problem:bad-parameter',
      }),
      title: described(t.string, { description: 'The kind of problem, for people.', example: 'Not found' }),
      status: described(t.number, { description: 'The HTTP status.', type: 'integer', example: 400 }),
      detail: described(t.string, 'What was wrong, where, and what to do.'),
      errors: described(t.array(Refused), 'Each parameter that was refused; empty when none was.'),
    }),
    'Why a request was not answered as asked.',
  ),
);
