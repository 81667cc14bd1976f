/** How much of something to look at: so many, or a share of all from 0 to 1. */
export type Sample =
  { readonly kind: 'count'; readonly count: number } | { readonly kind: 'share'; readonly share: number };

/**
 * Some of the items, chosen at random, in their order: at least one where there are any.
 *
 * @param random gives numbers from 0 to below 1
 */
export const sampleOf = <A>(items: readonly A[], sample: Sample, random: () => number): readonly A[] => {
  const wanted = sample.kind === 'count' ? sample.count : Math.ceil(sample.share * items.length);
  const left = items.map((_, index) => index);
  const chosen: number[] = [];
  while (left.length > 0 && chosen.length < Math.max(1, wanted)) {
    chosen.push(...left.splice(Math.floor(random() * left.length), 1));
  }
  return chosen.sort((a, b) => a - b).map((index) => items[index]!);
};
