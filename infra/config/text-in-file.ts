import { readFileSync } from 'node:fs';
import { type Either, left, right } from 'fp-ts/lib/Either.js';

/** The text of a small file. Left is a sentence for people: why it cannot be read. */
export const textInFile = (file: string): Either<string, string> => {
  try {
    return right(readFileSync(file, 'utf8'));
  } catch (error) {
    return left(`${file} cannot be read: ${(error as Error).message}`);
  }
};
