const quote = 0x22;
const comma = 0x2c;

/** The fields of a record, and where their text lies in its bytes: between the quotes, where there are some. */
export interface SplitRecord {
  readonly fields: readonly string[];
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

/** The index of the quote that closes the field whose text starts at `start`: quotes inside are doubled. */
const closingQuote = (bytes: Buffer, start: number): number => {
  let at = bytes.indexOf(quote, start);
  while (bytes[at + 1] === quote) at = bytes.indexOf(quote, at + 2);
  return at;
};

/**
 * Takes apart a record that `findRecord` found and that is valid UTF-8, exactly as csv-parse does, a good deal faster.
 *
 * @param end exclusive, without the line end
 */
export const splitRecord = (bytes: Buffer, start: number, end: number): SplitRecord => {
  const fields: string[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  // A quote or a comma behind the record must not be taken for a part of it.
  const record = bytes.subarray(0, end);
  let at = start;
  for (;;) {
    const isQuoted = at < end && record[at] === quote;
    const from = isQuoted ? at + 1 : at;
    const found = isQuoted ? closingQuote(record, from) : record.indexOf(comma, from);
    const to = found < 0 ? end : found;
    const text = record.toString('utf8', from, to);
    fields.push(isQuoted && text.includes('"') ? text.replaceAll('""', '"') : text);
    starts.push(from);
    ends.push(to);
    at = isQuoted ? to + 1 : to;
    if (at >= end) return { fields, starts, ends };
    at += 1;
  }
};
