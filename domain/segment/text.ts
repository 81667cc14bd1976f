import { type ByteReader } from './byte-reader.js';
import { type ByteWriter } from './byte-writer.js';
import { Damaged } from './damaged.js';

/** Ends a text of UTF-8, in which this byte never occurs. */
export const textEnd = 0xff;
/** Ends a text with an unpaired surrogate, which has no UTF-8: it stands as a JSON string, with an escape for it. */
const jsonEnd = 0xfe;
const illFormed = /\p{Surrogate}/u;

/** Names are mostly so short, and of ASCII: to write them here is quicker than to have it done. */
const fewChars = 64;

const isFewAscii = (text: string): boolean => {
  if (text.length > fewChars) return false;
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
};

const writeAscii = (out: ByteWriter, text: string): void => {
  const room = out.room(text.length + 1);
  for (let i = 0; i < text.length; i++) room[i] = text.charCodeAt(i);
  room[text.length] = textEnd;
};

export const writeText = (out: ByteWriter, text: string): void => {
  if (isFewAscii(text)) return writeAscii(out, text);
  const odd = illFormed.test(text);
  out.raw(Buffer.from(odd ? JSON.stringify(text) : text, 'utf8'));
  out.byte(odd ? jsonEnd : textEnd);
};

export const readText = (input: ByteReader): string => {
  const bytes = input.until(jsonEnd);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  return input.byte() === textEnd ? text : parseJsonText(text);
};

const parseJsonText = (json: string): string => {
  try {
    const text: unknown = JSON.parse(json);
    if (typeof text === 'string') return text;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new Damaged('a text that is neither UTF-8 nor a JSON string');
};
