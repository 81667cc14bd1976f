import { type X509Certificate } from 'node:crypto';
import { type Either, left, right } from 'fp-ts/lib/Either.js';
import { certificatesIn, notInDate } from './certificates.js';

/**
 * The authorities of a file as they are, if one of them can be trusted now: old ones stay beside new ones for a while.
 * Left is a sentence for people that names the file.
 *
 * @param now milliseconds since the Unix epoch
 */
export const checkAuthorities = (pem: string, file: string, now: number): Either<string, string> => {
  const all = certificatesIn(pem, file);
  if (all._tag === 'Left') return all;
  const outOfDate = (one: X509Certificate) => notInDate(one, `the certificate in ${file}`, now);
  const wrong = all.right.map(outOfDate);
  return wrong.every((message) => message !== undefined) ? left(wrong[0]!) : right(pem);
};
