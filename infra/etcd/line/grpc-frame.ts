/** gRPC puts a byte (0: not compressed) and the length, of four bytes, before a message. */
export const prefixBytes = 5;

/** Writes the prefix of the message that fills the rest of the buffer. */
export const writePrefix = (buffer: Buffer, at: number): void => {
  buffer[at] = 0;
  buffer.writeUInt32BE(buffer.length - at - prefixBytes, at + 1);
};

/** The one message of a body; throws on anything else, since of an empty one etcd's protocol makes a refusal. */
export const messageIn = (body: Buffer): Buffer => {
  const isWhole = body.length > prefixBytes && body[0] === 0 && body.readUInt32BE(1) === body.length - prefixBytes;
  if (!isWhole) throw new Error('etcd has answered with no whole message');
  return body.subarray(prefixBytes);
};
