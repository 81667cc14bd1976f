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

export const unpackUuid = (bytes: Uint8Array): string => {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
};
