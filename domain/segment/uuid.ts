import { columnKernel } from './column-kernel.js';
import { hole, isPlain, literal, type Template } from './template.js';

const canonical = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/;
export const packedLength = 16;

/** A text as the pattern around its first canonical UUID (RFC 9562, lower case) and that UUID's sixteen bytes. */
export interface PackedUuid {
  readonly pattern: Template;
  /** Empty where there is no such UUID in the text. */
  readonly bytes: Uint8Array;
}

export const packUuid = (text: string): PackedUuid => {
  const found = isPlain(text) ? canonical.exec(text) : null;
  if (!found) return { pattern: literal(text), bytes: new Uint8Array(0) };
  const uuid = found[0];
  const pattern = text.slice(0, found.index) + hole(0) + text.slice(found.index + uuid.length);
  return { pattern, bytes: Buffer.from(uuid.replaceAll('-', ''), 'hex') };
};

/** The texts around many UUIDs, if it is the same, and the bytes of all. */
export interface PackedAlike {
  readonly pattern: Template;
  readonly bytes: Uint8Array;
}

/** With fewer characters before it, a UUID is the first of its text: another needs 24 in front of what they share. */
const mostBefore = 23;

/** As {@link packUuid}, many at once; undefined where they do not have one pattern, of characters of one byte. */
export const packAlike = (texts: readonly string[]): PackedAlike | undefined => {
  const [first] = texts;
  if (first === undefined) return undefined;
  const { pattern, bytes } = packUuid(first);
  const before = pattern.indexOf(hole(0));
  const stride = first.length;
  if (bytes.length === 0 || before > mostBefore || texts.some(({ length }) => length !== stride)) return undefined;
  const { room, code } = columnKernel();
  room.clear();
  const length = texts.length * stride;
  // A character takes three bytes at most.
  const at = room.take(3 * length);
  const out = room.take(texts.length * packedLength);
  const written = Buffer.from(room.bytes.buffer, at, 3 * length).write(texts.join(''), 'utf8');
  if (written !== length || code.uuids(at, texts.length, stride, before, out) === 0) return undefined;
  return { pattern, bytes: room.bytes.slice(out, out + texts.length * packedLength) };
};

export const unpackUuid = (bytes: Uint8Array): string => {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
};
