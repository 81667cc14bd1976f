import { Damaged } from './damaged.js';
import { mostColumns, refuseAbove } from './limits.js';
import { type PartReader, type PartWriter } from './parts.js';
import { readRuns, writeRuns } from './runs.js';
import { subjectColumns, type Subject } from './subject.js';

const fixed = subjectColumns.length;
const extraCount = fixed - 1;

/** Subjects column by column; then the extra columns by place, each for the subjects that have that many. */
export const writeSubjects = (parts: PartWriter, subjects: readonly Subject[]): void => {
  parts.squeezed.varint(subjects.length);
  let width: number = fixed;
  for (const subject of subjects) width = Math.max(width, subject.length);
  refuseAbove((width - fixed) / 2, mostColumns, 'extra columns');
  for (let column = 0; column < width; column++) {
    const having = subjects.filter((subject) => subject.length > column);
    writeRuns(
      parts,
      Uint32Array.from(having, (subject) => subject[column]!),
    );
  }
};

/** Subjects whose first number is below `uuids` and whose others are below `strings`. */
export const readSubjects = (parts: PartReader, most: number, uuids: number, strings: number): readonly Subject[] => {
  const count = parts.squeezed.count(most, 'subjects');
  const subjects: number[][] = Array.from({ length: count }, () => []);
  for (let column = 0; column < fixed; column++) {
    const bound = column === 0 ? uuids : column === extraCount ? mostColumns + 1 : strings;
    readColumn(parts, subjects, bound);
  }
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

/** Extra columns of all subjects together; far above what the bytes of an append can name. */
const mostExtraTexts = 2 ** 22;

const readColumn = (parts: PartReader, subjects: readonly number[][], bound: number): void => {
  const numbers = readRuns(parts, new Uint32Array(subjects.length), bound);
  for (let i = 0; i < subjects.length; i++) subjects[i]!.push(numbers[i]!);
};
