import { readHeader } from '../source/header.js';
import { longColumns } from '../source/long-form.js';
import { type CsvForm } from './csv-rows.js';
import { longCsv } from './long-csv.js';
import { wideCsv, wideExtras } from './wide-csv.js';

/**
 * The form that gives all of these headers' columns back. Sources of one header get that header, whichever form it is
 * of; otherwise rows come in the long form, with the columns beyond it of every header behind.
 */
export const csvFormOf = (headers: readonly (readonly string[])[]): CsvForm => {
  const [first, ...others] = headers;
  const same = first !== undefined && others.every((columns) => sameNames(columns, first));
  if (same) return isWide(first) ? wideCsv(first) : longCsv(first);
  const known = new Set<string>(longColumns);
  const beyond = headers.flatMap((columns) => (isWide(columns) ? wideExtras(columns) : columns));
  return longCsv([...longColumns, ...new Set(beyond.filter((name) => !known.has(name)))]);
};

const sameNames = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((name, at) => name === b[at]);

const isWide = (columns: readonly string[]): boolean => {
  const reading = readHeader(columns);
  return reading.kind === 'header' && reading.form.form === 'wide';
};
