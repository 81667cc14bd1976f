/** A range of keys as etcd takes it: from `start`, inclusive, to `end`, exclusive. */
export interface KeyRange {
  readonly start: string;
  readonly end: string;
}

/** All keys that begin with `folder`, which ends in a slash: up to the character after the slash. */
export const keysIn = (folder: string): KeyRange => {
  if (!folder.endsWith('/')) throw new Error(`not a folder of keys: ${JSON.stringify(folder)} does not end in "/"`);
  return { start: folder, end: `${folder.slice(0, -1)}0` };
};

/** The smallest key after this one: where the next page of a listing begins. */
export const keyAfter = (key: string): string => `${key}\0`;

/** Decimal with leading zeros, so that the order of keys is the order of numbers. Throws when it does not fit. */
export const fixedWidth = (value: number, width: number): string => {
  const text = String(value).padStart(width, '0');
  if (!/^\d+$/.test(text) || text.length > width) {
    throw new RangeError(`${String(value)} is no whole number of at most ${String(width)} digits`);
  }
  return text;
};

/** The number, when the text is decimal digits only (and as many as `width`, when given). */
export const digits = (text: string | undefined, width?: number): number | undefined => {
  if (text === undefined || !/^\d{1,16}$/.test(text) || (width !== undefined && text.length !== width))
    return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
};

/** Names stand percent-encoded in keys, so a slash or any other character in a name cannot be taken for structure. */
export const encodeName = encodeURIComponent;

/** Undefined for text that {@link encodeName} never gives. */
export const decodeName = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
};
