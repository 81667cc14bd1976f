const wholeText = 0x81;
/** Lengths beyond these stand in two bytes, and in eight, behind the first. */
const [mostInOne, mostInTwo] = [125, 65_535];

/**
 * A text message as a server sends it: one frame without a mask (RFC 6455, section 5.2), made of parts of UTF-8. What
 * many are sent is a part that is made once.
 */
export const textFrame = (...parts: readonly Uint8Array[]): Buffer => {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const start = length <= mostInOne ? 2 : length <= mostInTwo ? 4 : 10;
  const frame = Buffer.allocUnsafe(start + length);
  frame[0] = wholeText;
  if (start === 2) frame[1] = length;
  else if (start === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  let at = start;
  for (const part of parts) {
    frame.set(part, at);
    at += part.length;
  }
  return frame;
};
