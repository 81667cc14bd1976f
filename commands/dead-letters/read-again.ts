import { isUtf8 } from 'node:buffer';
import { type Corrections } from '../../domain/dead-letter-outcome.js';
import { BlockBuilder, ColumnRoom } from '../source/block-builder.js';
import { parseFields } from '../source/csv-fields.js';
import { readHeader } from '../source/header.js';
import { type ReadBlock } from '../source/read-block.js';
import { findRecord } from '../source/record-bounds.js';
import { type RowForm } from '../source/row-form.js';
import { createSeriesDictionary } from '../source/series-dictionary.js';
import { notUtf8 } from '../source/text-window.js';
import { createTimeTexts } from '../source/time-texts.js';
import { unknownColumns } from './unknown-columns.js';

/** What a refused record is when it is read once more: events, or every reason why it is still none. */
export type ReadAgain =
  | { readonly kind: 'events'; readonly block: ReadBlock }
  | { readonly kind: 'refused'; readonly reasons: readonly string[] };

const refused = (...reasons: readonly string[]): ReadAgain => ({ kind: 'refused', reasons });

/**
 * Reads a record by the rules that rows are read by today, with some of its texts corrected.
 *
 * @param columns the names in the header line of its source
 */
export const readAgain = (raw: Uint8Array, columns: readonly string[], set: Corrections): ReadAgain => {
  const header = readHeader(columns);
  if (header.kind === 'bad-header') return refused(...header.problems);
  const unknown = unknownColumns(columns, set);
  if (unknown.length > 0) return refused(...unknown);
  const fields = fieldsOf(raw);
  if (typeof fields === 'string') return refused(fields);
  if (fields.length !== columns.length) {
    return refused(`the row has ${String(fields.length)} fields where the header has ${String(columns.length)}`);
  }
  const corrected = new Map(set);
  return readFields(
    header.form,
    fields.map((text, at) => corrected.get(columns[at]!) ?? text),
  );
};

/** The fields of one record; a sentence where it is none. */
const fieldsOf = (raw: Uint8Array): readonly string[] | string => {
  const bounds = findRecord(raw, 0, true);
  if (bounds.kind === 'malformed') return bounds.reason;
  if (bounds.kind === 'incomplete' || bounds.end < raw.length || raw.length === 0) return 'it is not one record';
  return isUtf8(raw) ? parseFields(raw, 1)[0]! : notUtf8;
};

const readFields = (form: RowForm, fields: readonly string[]): ReadAgain => {
  const text = fields[form.timeColumn]!;
  const time = createTimeTexts()(text);
  const builder = new BlockBuilder(0, new ColumnRoom());
  const dictionary = createSeriesDictionary();
  if (time !== undefined) builder.setTime(time, text);
  if (time === undefined || !form.read(fields, dictionary, builder)) return refused(...form.reasonsAgainst(fields));
  return {
    kind: 'events',
    block: builder.finish({ to: 0, nextRow: 1, drained: true, newBytes: 0 }, dictionary.series),
  };
};
