/** A table in which each distinct thing stands once, in the order of first use. */
export interface Numbering<A> {
  readonly table: A[];
  /** The number of a thing in the table, where it is added when it is new. */
  readonly of: (thing: A) => number;
}

export const numbering = <A>(): Numbering<A> => {
  const table: A[] = [];
  const known = new Map<A, number>();
  const of = (thing: A): number => {
    const found = known.get(thing);
    if (found !== undefined) return found;
    known.set(thing, table.length);
    return table.push(thing) - 1;
  };
  return { table, of };
};

/** The entry of a table. Throws a RangeError for a number beyond it: then the document is damaged. */
export const entry = <A>(table: readonly A[], number: number): A => {
  const found = table[number];
  if (found === undefined) throw new RangeError(`entry ${number} of a table of ${table.length}`);
  return found;
};
