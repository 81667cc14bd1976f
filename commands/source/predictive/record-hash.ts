const quote = 0x22;
const comma = 0x2c;
const lastAscii = 0x7f;

/**
 * What `hashOf` gives for the fields of a record but the first and the one of its value, read from its bytes;
 * undefined where these are not ASCII.
 *
 * @param end exclusive, without the line end
 */
export const hashOfRecord = (bytes: Buffer, start: number, end: number, valueColumn: number): number | undefined => {
  let hash = 0x811c9dc5;
  let at = start;
  for (let column = 0; ; column++) {
    const isQuoted = at < end && bytes[at] === quote;
    const isKeyed = column !== 0 && column !== valueColumn;
    if (isQuoted) at++;
    for (; at < end; at++) {
      const byte = bytes[at]!;
      if (byte === quote) {
        if (bytes[at + 1] !== quote || at + 1 >= end) break;
        at++;
      } else if (byte === comma && !isQuoted) break;
      if (byte > lastAscii) return undefined;
      if (isKeyed) hash = Math.imul(hash ^ byte, 0x01000193);
    }
    if (isQuoted) at++;
    if (isKeyed) hash = Math.imul(hash ^ 0xffff, 0x01000193);
    if (at >= end) return hash;
    at++;
  }
};
