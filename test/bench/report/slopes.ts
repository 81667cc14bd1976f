/** How a cost grows from each size to the next: 1 is as much again for as much again, 0 is nothing more. */
export const slopesOf = (sizes: readonly number[], values: readonly number[]): string =>
  values
    .slice(1)
    .map((value, n) => (Math.log(value / values[n]!) / Math.log(sizes[n + 1]! / sizes[n]!)).toFixed(2))
    .join(', ');
