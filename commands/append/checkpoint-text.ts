import { isRight } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { type SourceId } from '../../domain/ids.js';
import { parseJson } from '../../domain/json-text.js';
import { SourceCheckpoint } from '../../domain/source-checkpoint.js';
import { SplitPlan } from '../../domain/split-plan.js';
import { unmet } from '../../domain/unmet.js';

/** As stored under `sources/{source}`: JSON. Encoded once; what is compared later is this text, never a new encoding. */
export const checkpointText = (checkpoint: SourceCheckpoint): string =>
  JSON.stringify(SourceCheckpoint.encode(checkpoint));

/** Undefined when the text is not a checkpoint that this version understands. */
export const parseCheckpoint = (text: string): SourceCheckpoint | undefined => {
  const decoded = SourceCheckpoint.decode(parseJson(text));
  return isRight(decoded) ? decoded.right : undefined;
};

const SourceRecord = t.union([SplitPlan, SourceCheckpoint]);
/** What stands at `sources/{source}`: how far a source has been appended, or by which ranges it is read. */
export type SourceRecord = t.TypeOf<typeof SourceRecord>;

/** As stored: JSON. */
export const planText = (plan: SplitPlan): string => JSON.stringify(SplitPlan.encode(plan));

/** @throws Error when the text is neither, as this version understands them */
export const parseSourceRecord = (source: SourceId, text: string): SourceRecord => {
  const decoded = SourceRecord.decode(parseJson(text));
  if (isRight(decoded)) return decoded.right;
  throw new Error(`the checkpoint of source ${source} is not understood: ${unmet(decoded.left)}`);
};
