/** A signal that never aborts: for what is waited for to its end. */
export const never = new AbortController().signal;
