import { type ProjectionName } from '../../domain/generation.js';
import { type LoggedSegment } from '../../projections/plain/plain-fold.js';
import { plainFolds } from '../../projections/plain/plain-folds.js';
import { type StoredDocument } from '../../projections/projection.js';
import { projectionVersions } from '../../projections/versions.document.js';

/** The documents of one partition of a projection from the beginning of its log. */
export const foldPlainly = (projection: ProjectionName, log: Iterable<LoggedSegment>): StoredDocument[] => {
  const fold = plainFolds[projection](projectionVersions[projection]);
  for (const logged of log) fold.add(logged);
  return fold.documents();
};
