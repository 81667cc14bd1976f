/** Letters, digits and some signs: bytes that mean nothing in CSV, so that one name may stand for another. */
export const isPlain = (byte: number): boolean =>
  (byte >= 0x61 && byte <= 0x7a) ||
  (byte >= 0x41 && byte <= 0x5a) ||
  (byte >= 0x30 && byte <= 0x39) ||
  byte === 0x5f ||
  byte === 0x3a ||
  byte === 0x2e ||
  byte === 0x2d;
