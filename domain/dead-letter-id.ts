import { type DeadLetter } from './dead-letter.js';
import { SourceId } from './ids.js';

/** Which dead letter: that of the record that begins at this byte of the source. */
export type LetterPlace = Pick<DeadLetter, 'source' | 'offset'>;

/** How people name a dead letter: `{source}/{byte offset}`, as in its key. */
export const deadLetterId = ({ source, offset }: LetterPlace): string => `${source}/${String(offset)}`;

/** Undefined for a text that names no dead letter. */
export const parseDeadLetterId = (text: string): LetterPlace | undefined => {
  const [source, offset, ...rest] = text.split('/');
  if (rest.length > 0 || !SourceId.is(source) || !/^\d{1,16}$/.test(offset ?? '')) return undefined;
  return { source, offset: Number(offset) };
};
