import { Damaged } from './damaged.js';
import { mostColumns, mostExtraTexts, refuseAbove } from './limits.js';
import { type PartReader, type PartWriter } from './parts.js';
import { readRuns, writeRuns } from './runs.js';
import { type Subject } from './segment.js';
import { type StringTable } from './strings.js';
import { places } from './subject.js';
import { type UuidColumn } from './uuid-column.js';

const textColumns = Object.keys(places).length;
const extraCount = 1 + textColumns;
const fixed = extraCount + 1;

/** Where the numbers of a subject's texts, and of its extra columns, begin. */
export const firstText = 1;
export const firstExtra = fixed;

/**
 * A subject as numbers: of its UUID, of its texts, and how many extra columns follow, each a pair of name and text.
 */
export type SubjectNumbers = readonly number[];

/** Without iterators: a dictionary has hundreds of subjects, and their garbage is most of what an append leaves. */
export const numbersOf = (subject: Subject, strings: StringTable, uuids: UuidColumn): SubjectNumbers => {
  const { uuid, texts, extra } = subject;
  const numbers = new Array<number>(fixed + 2 * extra.length);
  numbers[0] = uuids.numberOf(uuid);
  for (let place = 0; place < textColumns; place++) numbers[firstText + place] = strings.numberOf(texts[place]!);
  numbers[extraCount] = extra.length;
  for (let at = 0; at < extra.length; at++) {
    numbers[firstExtra + 2 * at] = strings.numberOf(extra[at]![0]);
    numbers[firstExtra + 2 * at + 1] = strings.numberOf(extra[at]![1]);
  }
  return numbers;
};

/** Subjects column by column; then the extra columns by place, each for the subjects that have that many. */
export const writeSubjects = (parts: PartWriter, subjects: readonly SubjectNumbers[]): void => {
  let width = fixed;
  for (const subject of subjects) width = Math.max(width, subject.length);
  refuseAbove((width - fixed) / 2, mostColumns, 'extra columns');
  parts.squeezed.varint(subjects.length);
  for (let column = 0; column < width; column++) {
    const having = column < fixed ? subjects : subjects.filter((subject) => subject.length > column);
    const numbers = new Uint32Array(having.length);
    for (let i = 0; i < having.length; i++) numbers[i] = having[i]![column]!;
    writeRuns(parts, numbers);
  }
};

/** Subjects whose UUIDs are below `uuids` and whose texts are below `strings`. */
export const readSubjects = (
  parts: PartReader,
  most: number,
  uuids: number,
  strings: number,
): readonly SubjectNumbers[] => {
  const count = parts.squeezed.count(most, 'subjects');
  const subjects: number[][] = Array.from({ length: count }, () => []);
  for (let column = 0; column < fixed; column++)
    readColumn(parts, subjects, column === 0 ? uuids : column === extraCount ? mostColumns + 1 : strings);
  readExtra(parts, subjects, strings);
  return subjects;
};

const readExtra = (parts: PartReader, subjects: readonly number[][], strings: number): void => {
  let left = mostExtraTexts;
  for (let place = 0, having = subjects; ; place++) {
    having = having.filter((subject) => subject[extraCount]! > place);
    if (having.length === 0) return;
    left -= having.length;
    if (left < 0) throw new Damaged('extra columns without measure');
    readColumn(parts, having, strings);
    readColumn(parts, having, strings);
  }
};

const readColumn = (parts: PartReader, subjects: readonly number[][], bound: number): void => {
  const numbers = readRuns(parts, new Uint32Array(subjects.length), bound);
  for (let i = 0; i < subjects.length; i++) subjects[i]!.push(numbers[i]!);
};
