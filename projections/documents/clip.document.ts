/** Names in documents have at most this many characters. */
const nameLimit = 255;

/** A name as documents hold it: beyond the limit it is cut, and an ellipsis at its end marks the cut. */
export const clipped = (name: string): string => (name.length <= nameLimit ? name : `${name.slice(0, nameLimit - 1)}…`);
