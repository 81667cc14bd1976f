import * as E from 'fp-ts/lib/Either.js';
import { isDeepStrictEqual } from 'node:util';
import { chunkDocument, samplesOfChunk } from '../history/chunk.document.js';
import { type StoredDocument } from '../projection.js';

/** How a read model departs from the fold of its log; `path` is below the document's partition. */
export type Difference =
  | { readonly kind: 'missing'; readonly path: readonly string[] }
  | { readonly kind: 'unexpected'; readonly path: readonly string[] }
  | { readonly kind: 'different'; readonly path: readonly string[]; readonly expected: string; readonly found: string };

export interface Comparison {
  /** Documents of either side. */
  readonly compared: number;
  readonly differences: readonly Difference[];
}

const byPath = (documents: Iterable<StoredDocument>): Map<string, StoredDocument> =>
  new Map([...documents].map((document) => [JSON.stringify(document.path), document]));

/** A chunk's content, whatever compressed it; undefined for what is not a chunk. */
const chunkContent = ({ path, value }: StoredDocument): unknown => {
  const chunk = path[0] === 'chunks' ? chunkDocument.decode(value) : undefined;
  if (!chunk || E.isLeft(chunk)) return undefined;
  const samples = samplesOfChunk(chunk.right);
  return E.isLeft(samples) ? undefined : { ...chunk.right, body: samples.right };
};

/** Equal bytes are equal; chunks whose samples were compressed by another version of zlib are equal too. */
const equal = (expected: StoredDocument, found: StoredDocument): boolean => {
  if (Buffer.compare(expected.value, found.value) === 0) return true;
  const content = chunkContent(expected);
  return content !== undefined && isDeepStrictEqual(content, chunkContent(found));
};

const shown = ({ path, value }: StoredDocument): string => {
  const text = Buffer.from(value).toString('utf8');
  return path[0] === 'chunks' ? text.slice(0, Math.max(0, text.indexOf('\n'))) : text;
};

const differenceAt = (expected: StoredDocument | undefined, found: StoredDocument | undefined): Difference[] => {
  if (!expected) return found ? [{ kind: 'unexpected', path: found.path }] : [];
  const { path } = expected;
  if (!found) return [{ kind: 'missing', path }];
  return equal(expected, found) ? [] : [{ kind: 'different', path, expected: shown(expected), found: shown(found) }];
};

/** Document by document: what the plain fold expects against what the read model holds, in the order of the paths. */
export const compareDocuments = (expected: Iterable<StoredDocument>, found: Iterable<StoredDocument>): Comparison => {
  const [wanted, stored] = [byPath(expected), byPath(found)];
  const paths = [...new Set([...wanted.keys(), ...stored.keys()])].sort();
  return {
    compared: paths.length,
    differences: paths.flatMap((path) => differenceAt(wanted.get(path), stored.get(path))),
  };
};
