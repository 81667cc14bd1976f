import { createHmac } from 'node:crypto';
import { isKnown } from './bearer.js';

/** Seconds after which a browser has to show its token again. */
export const sessionSeconds = 12 * 3600;

const seal = (token: string, until: string): string =>
  createHmac('sha256', token).update(`telemetry session until ${until}`).digest('base64url');

/**
 * What a browser keeps instead of the token that it has shown. Every gateway with the same token knows it, none keeps
 * it, and it ends with its time or with the token.
 *
 * @param now milliseconds since the Unix epoch
 */
export const openSession = (token: string, now: number): string => {
  const until = String(Math.floor(now / 1000) + sessionSeconds);
  return `${until}.${seal(token, until)}`;
};

/** Whether a text is a session that one of the tokens has opened and that is not over. */
export const isSession = (text: string, tokens: readonly string[], now: number): boolean => {
  const [, until, sealed] = /^(\d{1,12})\.([\w-]{43})$/.exec(text) ?? [];
  if (until === undefined || sealed === undefined || Number(until) * 1000 <= now) return false;
  return isKnown(
    sealed,
    tokens.map((token) => seal(token, until)),
  );
};
