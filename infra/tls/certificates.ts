import { X509Certificate } from 'node:crypto';
import { type Either, left, right } from 'fp-ts/lib/Either.js';

const day = (time: string): string => new Date(time).toISOString().slice(0, 19).concat('Z');

/**
 * Why a certificate is not to be used now, as a sentence for people; undefined when it may be.
 *
 * @param called what the sentence begins with: `the certificate in FILE`
 * @param now milliseconds since the Unix epoch
 */
export const notInDate = (
  { validFrom, validTo }: Pick<X509Certificate, 'validFrom' | 'validTo'>,
  called: string,
  now: number,
): string | undefined => {
  if (Date.parse(validTo) <= now) return `${called} has expired on ${day(validTo)}`;
  return Date.parse(validFrom) > now ? `${called} is valid only from ${day(validFrom)} on` : undefined;
};

/** All that a file holds, at least one. Left is a sentence for people. */
export const certificatesIn = (pem: string, file: string): Either<string, readonly X509Certificate[]> => {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    const all = blocks.map((block) => new X509Certificate(block));
    return all.length === 0 ? left(`${file} holds no certificate in PEM`) : right(all);
  } catch (error) {
    return left(`${file} holds a certificate that cannot be read: ${(error as Error).message}`);
  }
};
