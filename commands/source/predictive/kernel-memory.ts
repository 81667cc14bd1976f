/*
 * The memory of the kernel, which JavaScript fills and reads, too. Addresses are in bytes. Pages that nobody touches
 * cost nothing: the bounds are what may be used, not what is.
 */

import { recordBytes } from '../record-bounds.js';

export const mostMetrics = 1024;
export const mostEntries = 1 << 17;
export const mostShapes = 1 << 16;
export const mostKinds = 8;
/** Of a kind: texts, each with what stands behind it. */
export const mostItems = 64;
/** Of all texts of a kind. */
export const kindTextBytes = 4096;
/** A row longer than this is not learned: so none that agrees, with any usual number, is longer than a record may be. */
export const longestRow = 16 * 1024;
/** Rows that one call reads at most. */
export const mostRows = 4096;
/** Of all texts that rows have in common. */
export const textBytes = 12 * 1024 * 1024;
/** For what is left of the text when the next piece comes: a record at most, and its line end. */
export const restBytes = recordBytes + 64;
/** For pieces that are copied, behind such a rest. */
export const copiedBytes = 512 * 1024;
/** Chunks that a file is read into, each with room for a rest in front of it. */
export const chunkBytes = 2 * 1024 * 1024;
export const chunks = 2;
export const roomBytes = restBytes + copiedBytes + chunks * (restBytes + chunkBytes);
/** Within the room. */
export const chunkAt = (chunk: number): number =>
  restBytes + copiedBytes + chunk * (restBytes + chunkBytes) + restBytes;
/** An entry is looked up by so many bytes behind the time: metric, GPU and its UUID, quoted or not. */
export const hashedBytes = 96;
/** Entries that share a hash; beyond so many they are found by succession only. */
export const longestChain = 8;
/** Shapes are looked up by so many bytes behind the metric: GPU and UUID. */
export const shapeHashBytes = 64;
/** Of the shapes that share a hash so many are looked at. */
export const mostAlike = 16;
export const longestName = 255;
/** The bits of the hashes by which entries, shapes and the names of metrics are looked up. */
export const bucketBits = 18;
export const alikeBits = 16;
export const nameBits = 10;

let used = 0;
const place = (bytes: number): number => {
  const at = used;
  used += (bytes + 63) & ~63;
  return at;
};

/** What a call leaves behind. */
export const told = {
  /** The entry of the last row read. */
  last: place(64),
  rows: 4,
  /** Of a row that agrees with `entry` up to its number, where that number is: it is not one of the usual form. */
  oddAt: 8,
  entry: 12,
  found: 16,
  value: 24,
  /** How many there are. */
  entries: 32,
  shapes: 36,
  kinds: 40,
  /** Of the room for texts. */
  textsUsed: 44,
  /** The kind that fitted last, from 0. */
  kind: 48,
  /** Of a row that fits a kind: where its number begins and ends, and where its metric stands again, or 0. */
  valueStart: 52,
  valueEnd: 56,
  again: 60,
} as const;

export const timeAt = place(128);
export const powersAt = place(16 * 8);
/** Of each byte, whether it means nothing in CSV. */
export const plainAt = place(256);
/** Address and length of the text of each metric; the first is none, for rows without a known one. */
export const metricsAt = place(mostMetrics * 8);
/** The newest metric of a hash, and of each the one before it; 0 is none. */
export const namesAt = place(4 << nameBits);
export const sameNameOf = place(mostMetrics * 4);
export const shapeBytes = 32;
/** Of each shape, from 1: address and length of its four texts; the last length is -1 where no metric comes before it. */
export const shapesAt = place(mostShapes * shapeBytes);
/** The newest shape of a hash, and of each the one before it. */
export const alikeAt = place(4 << alikeBits);
export const olderShapeOf = place(mostShapes * 4);
/** Whether rows of other metrics may be known by it: they are of one subject. */
export const hasSubject = place(mostShapes * 4);
/** Of each entry, from 1; 0 is none. */
export const metricOf = place(mostEntries * 4);
export const shapeOf = place(mostEntries * 4);
export const seriesOf = place(mostEntries * 4);
/** The entry of the row that followed last time, and the next one with the same hash. */
export const followingOf = place(mostEntries * 4);
export const chainedOf = place(mostEntries * 4);
/** Of each shape its newest entry, and of each entry the one before it of the same shape. */
export const newestOf = place(mostShapes * 4);
export const olderOf = place(mostEntries * 4);
export const bucketsAt = place(4 << bucketBits);
export const rowSeriesAt = place(mostRows * 4);
export const rowValuesAt = place(mostRows * 8);
/** The items of each kind, address and length of a text and what follows it; and the texts. */
export const itemBytes = 16;
export const kindsAt = place(mostKinds * mostItems * itemBytes);
export const kindTextsAt = place(mostKinds * kindTextBytes);
/** What may follow the text of an item, beside the columns that differ, by the numbers of their holes. */
export const [valueFollows, nothingFollows] = [14, 15];
/** Address and length of the text of each hole in the row that is being fitted. */
export const holeBytes = 72;
export const holesAt = place(holeBytes);
/** The kind of the shapes that the last run has met, and their holes: a shape has the place of the rest of its number. */
export const metKindAt = place(mostRows * 4);
export const metHolesAt = place(mostRows * holeBytes);
export const textsAt = place(textBytes);
export const roomAt = place(roomBytes);

const pageBytes = 65_536;
export const memoryPages = Math.ceil(used / pageBytes);
