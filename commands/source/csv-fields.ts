import { type Options, parse } from 'csv-parse/sync';

const options: Options<string[], string[]> = {
  record_delimiter: ['\r\n', '\n'],
  relax_column_count: true,
  skip_empty_lines: true,
};

/**
 * The fields of each record in a text that holds nothing but whole, well-formed records (see `findRecord`).
 *
 * @param records how many there are; another count means that the two sets of rules differ, which is a bug
 */
export const parseFields = (text: Uint8Array, records: number): readonly (readonly string[])[] => {
  if (records === 0) return [];
  const rows: string[][] = parse(Buffer.from(text.buffer, text.byteOffset, text.byteLength), options);
  if (rows.length !== records) {
    throw new Error(`csv-parse found ${String(rows.length)} records where the record rules found ${String(records)}`);
  }
  return rows;
};
