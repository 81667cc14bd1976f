import * as t from 'io-ts';
import { ProjectionName } from './generation.js';

const isOfUnknown = (item: unknown): boolean =>
  typeof item === 'object' && item !== null && 'projection' in item && !ProjectionName.is(item.projection);

/**
 * A list of things that each belong to a projection. Those of projections that this program does not know are left out:
 * a newer program has them, and during an upgrade both read what the other says of itself.
 */
export const ofKnownProjections = <A extends { readonly projection: ProjectionName }, O>(
  item: t.Type<A, O>,
): t.Type<readonly A[], readonly O[]> => {
  const list = t.readonlyArray(item);
  return new t.Type<readonly A[], readonly O[]>(
    `OfKnownProjections<${item.name}>`,
    (value): value is readonly A[] => list.is(value),
    (input, context) => list.validate(Array.isArray(input) ? input.filter((one) => !isOfUnknown(one)) : input, context),
    (items) => list.encode(items),
  );
};
