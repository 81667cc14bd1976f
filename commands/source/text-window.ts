import { isUtf8 } from 'node:buffer';
import { parseFields } from './csv-fields.js';

/** A record, or a line that is none, by its place in the bytes; `reason` is set for a line that is none. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly next: number;
  readonly reason: string | undefined;
}

/** What a span turned out to be. */
export type Reading =
  { readonly span: Span; readonly fields: readonly string[] } | { readonly span: Span; readonly reason: string };

/** Both bytes, so that a record which ends in a carriage return keeps it. */
const lineEnd = Buffer.from('\r\n');
export const notUtf8 = 'the text is not valid UTF-8';

const isSound = (bytes: Uint8Array, span: Span, allUtf8: boolean): boolean =>
  span.reason === undefined && (allUtf8 || isUtf8(bytes.subarray(span.start, span.end)));

/** The sound spans as one text: where nothing lies between them, the bytes as they are. */
const textOf = (bytes: Uint8Array, sound: readonly Span[], spans: number): Uint8Array =>
  sound.length === spans
    ? bytes.subarray(sound[0]?.start ?? 0, sound.at(-1)?.end ?? 0)
    : Buffer.concat(sound.flatMap(({ start, end }) => [bytes.subarray(start, end), lineEnd]));

/** The fields of each record among the spans, or the reason why it has none, in order. */
export const readSpans = (bytes: Uint8Array, spans: readonly Span[]): readonly Reading[] => {
  const [from, to] = [spans[0]?.start ?? 0, spans.at(-1)?.end ?? 0];
  const allUtf8 = isUtf8(bytes.subarray(from, to));
  const sound = spans.filter((span) => isSound(bytes, span, allUtf8));
  const fields = parseFields(textOf(bytes, sound, spans.length), sound.length);
  let next = 0;
  return spans.map((span) => {
    if (sound[next] !== span) return { span, reason: span.reason ?? notUtf8 };
    return { span, fields: fields[next++]! };
  });
};
