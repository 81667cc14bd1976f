const fewest = 64;
/** Bits per byte above which deflating costs time and gains nothing. */
const threshold = 7.5;

/** True for bytes that no entropy coder makes much smaller, judged by how often each value occurs. */
export const isNoise = (bytes: Uint8Array): boolean => {
  if (bytes.length < fewest) return false;
  const counts = new Uint32Array(256);
  for (let i = 0; i < bytes.length; i++) counts[bytes[i]!]!++;
  let bits = 0;
  for (const count of counts) if (count > 0) bits -= count * Math.log2(count / bytes.length);
  return bits > threshold * bytes.length;
};
