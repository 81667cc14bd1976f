import { Damaged } from './damaged.js';
import { type PartReader, type PartWriter } from './parts.js';
import { readRuns, writeRuns } from './runs.js';
import { type StringTable } from './strings.js';

/*
 * The text of values that the shortest form of the double does not give back: which events, and how each is written.
 * `f3` is a fixed number of digits (as ECMAScript's toFixed), which a column of such values all share; `=…` is a text.
 */

const literalMark = '=';
const fixed = /^-?\d+\.(\d{1,20})$/;
const fixedForm = /^f(\d|1\d|20)$/;

const formOf = (text: string, value: number): string => {
  const digits = fixed.exec(text)?.[1]?.length;
  return digits !== undefined && value.toFixed(digits) === text ? `f${digits}` : literalMark + text;
};

const textOf = (form: string, value: number): string => {
  if (form.startsWith(literalMark)) return form.slice(1);
  const digits = fixedForm.exec(form)?.[1];
  if (digits === undefined) throw new Damaged('a value is written in an unknown form');
  return value.toFixed(Number(digits));
};

export const planTexts = (
  texts: ReadonlyMap<number, string>,
  values: Float64Array,
  strings: StringTable,
): ((parts: PartWriter) => void) => {
  const events = Uint32Array.from(texts.keys()).sort();
  if (events.length > 0 && events.at(-1)! >= values.length) throw new RangeError('a text of no event');
  const forms = events.map((event) => strings.numberOf(formOf(texts.get(event)!, values[event]!)));
  return (parts) => {
    parts.squeezed.varint(events.length);
    writeRuns(parts, events);
    writeRuns(parts, forms);
  };
};

export const readTexts = (
  parts: PartReader,
  values: Float64Array,
  strings: readonly string[],
): ReadonlyMap<number, string> => {
  const count = parts.squeezed.count(values.length, 'texts of values');
  const events = readRuns(parts, new Uint32Array(count), values.length);
  const forms = readRuns(parts, new Uint32Array(count), strings.length);
  const texts = new Map<number, string>();
  for (let i = 0; i < count; i++) texts.set(events[i]!, textOf(strings[forms[i]!]!, values[events[i]!]!));
  return texts;
};
