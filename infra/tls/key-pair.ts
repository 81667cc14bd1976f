import { createPrivateKey, type KeyObject, type X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js';
import { certificatesIn, notInDate } from './certificates.js';

/** A certificate, those above it and its key, as PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** Where they are kept. */
export interface KeyPairFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** The first is its own; those above it follow. */
const certificateIn = (pem: string, file: string, now: number): Either<string, X509Certificate> => {
  const all = certificatesIn(pem, file);
  if (isLeft(all)) return all;
  const wrong = all.right.map((one) => notInDate(one, `the certificate in ${file}`, now)).find(Boolean);
  return wrong === undefined ? right(all.right[0]!) : left(wrong);
};

const keyIn = (pem: string, file: string): Either<string, KeyObject> => {
  if (/ENCRYPTED/.test(pem)) return left(`the key in ${file} is encrypted; it is needed without a passphrase`);
  try {
    return right(createPrivateKey(pem));
  } catch {
    return left(`${file} holds no private key in PEM`);
  }
};

/**
 * The pair if it can be used now. Left is a sentence for people that names the file that is wrong.
 *
 * @param now milliseconds since the Unix epoch
 */
export const checkKeyPair = (
  { cert, key }: KeyPair,
  { certFile, keyFile }: KeyPairFiles,
  now: number,
): Either<string, KeyPair> => {
  const certificate = certificateIn(cert, certFile, now);
  if (isLeft(certificate)) return certificate;
  const privateKey = keyIn(key, keyFile);
  if (isLeft(privateKey)) return privateKey;
  if (!certificate.right.checkPrivateKey(privateKey.right))
    return left(`the key in ${keyFile} is not that of the certificate in ${certFile}`);
  try {
    createSecureContext({ cert, key });
    return right({ cert, key });
  } catch (error) {
    return left(`${certFile} and ${keyFile} cannot be used: ${(error as Error).message}`);
  }
};
