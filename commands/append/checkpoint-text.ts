import { isRight } from 'fp-ts/lib/Either.js';
import { PathReporter } from 'io-ts/lib/PathReporter.js';
import { SourceCheckpoint } from '../../domain/source-checkpoint.js';

/** As stored under `sources/{source}`: JSON. Encoded once; what is compared later is this text, never a new encoding. */
export const checkpointText = (checkpoint: SourceCheckpoint): string =>
  JSON.stringify(SourceCheckpoint.encode(checkpoint));

/** Undefined when the text is not a checkpoint that this version understands. */
export const parseCheckpoint = (text: string): SourceCheckpoint | undefined => {
  const decoded = SourceCheckpoint.decode(jsonOf(text));
  return isRight(decoded) ? decoded.right : undefined;
};

/** What `parseCheckpoint` did not understand, for a message. */
export const checkpointFaults = (text: string): readonly string[] =>
  PathReporter.report(SourceCheckpoint.decode(jsonOf(text)));

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
