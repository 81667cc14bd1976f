import assert from 'node:assert/strict';
import * as E from 'fp-ts/lib/Either.js';
import { type ProjectionName } from '../../domain/generation.js';
import { type DocumentFormat } from '../../projections/documents/json.document.js';
import { type LatestDevice } from '../../projections/gpu/latest-device.document.js';
import { compareDocuments } from '../../projections/plain/compare-documents.js';
import { type StoredDocument } from '../../projections/projection.js';
import { projections } from '../../projections/projections.js';
import { foldPlainly } from './fold-plainly.js';
import { madeLog, type MadeSegment } from './made-log.js';
import { ReadModel } from './read-model.js';

/** The documents of a projection after a log; both folds must agree on them. */
export const documentsAfter = (
  name: ProjectionName,
  segments: readonly MadeSegment[],
  shared = false,
): StoredDocument[] => {
  const log = madeLog(segments, shared);
  const projection = projections.find((one) => one.name === name)!;
  const documents = new ReadModel(projection).run(log, []).documents();
  assert.deepEqual(compareDocuments(foldPlainly(name, log), documents).differences, []);
  return documents;
};

export const read = <A>(format: DocumentFormat<A>, documents: StoredDocument[], path: readonly string[]): A => {
  const found = documents.find((document) => document.path.join('/') === path.join('/'));
  assert.ok(found, `no document ${path.join('/')} among ${documents.map((one) => one.path.join('/')).join(', ')}`);
  const decoded = format.decode(found.value);
  if (E.isLeft(decoded)) assert.fail(decoded.left);
  return decoded.right;
};

/** The values of a device by metric, so that a metric without one is not there. */
export const valuesOf = (device: LatestDevice | undefined): Record<string, number> =>
  Object.fromEntries(device?.metrics.map((metric, i) => [metric, device.values[i]!]) ?? []);
