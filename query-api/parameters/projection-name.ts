import * as t from 'io-ts';
import { type Parameter } from './parameter.js';

/** The name of a projection; one that there is not is not found rather than refused. */
export const projectionName: Parameter<string> = {
  codec: t.string,
  description: 'The name of a projection.',
  accepted: 'the name of a projection',
  schema: { type: 'string' },
  example: 'gpu',
};
