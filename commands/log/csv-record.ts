import { decimal } from '../source/decimal.js';
import { recordBytes } from '../source/record-bounds.js';

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const needsQuotes = /[",\r\n]/;
const plainName = /^[A-Za-z0-9_][A-Za-z0-9_ .-]*$/;

/** The header line: as exporters write it, with quotes only around names that need them. */
export const csvHeader = (columns: readonly string[]): string =>
  columns.map((name) => (plainName.test(name) ? name : quoted(name))).join(',');

/**
 * A record with every field quoted, as exporters write it. Where the quotes would make it longer than a record that
 * can be read again, only the fields that need them have some.
 */
export const csvRecord = (fields: readonly string[]): string => {
  const record = fields.map(quoted).join(',');
  if (Buffer.byteLength(record) <= recordBytes) return record;
  return fields.map((text) => (needsQuotes.test(text) ? quoted(text) : text)).join(',');
};

const mayBeFormula = /^['=+\-@\t\r\n|%]/;

/**
 * A field that no spreadsheet program takes for a formula: an apostrophe goes before a text that begins like one, and
 * before one that begins with an apostrophe, so that taking away one leading apostrophe gives every text back. Numbers
 * stay as they are.
 */
export const spreadsheetSafe = (text: string): string =>
  mayBeFormula.test(text) && !decimal.test(text) ? `'${text}` : text;
