import { createHash, timingSafeEqual } from 'node:crypto';

/** The token of an `Authorization` header; undefined where it carries none. */
export const bearerOf = (authorization: string | undefined): string | undefined =>
  /^Bearer +(.+)$/i.exec(authorization ?? '')?.[1];

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Whether a token is one of those that are known, in a time that tells nothing of them. */
export const isKnown = (sent: string, tokens: readonly string[]): boolean => {
  const given = digest(sent);
  // Every one is compared, so that the time does not tell which it was.
  return tokens.map((token) => timingSafeEqual(given, digest(token))).includes(true);
};
