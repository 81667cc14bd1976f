import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js';

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

const day = (time: string): string => new Date(time).toISOString().slice(0, 19).concat('Z');

const inDate = ({ validFrom, validTo }: X509Certificate, file: string, now: number): string | undefined => {
  if (Date.parse(validTo) <= now) return `the certificate in ${file} has expired on ${day(validTo)}`;
  return Date.parse(validFrom) > now ? `the certificate in ${file} is valid only from ${day(validFrom)} on` : undefined;
};

/** The first is the gateway's own; those above it follow. */
const certificateIn = (pem: string, file: string, now: number): Either<string, X509Certificate> => {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    const all = blocks.map((block) => new X509Certificate(block));
    const wrong = all.map((one) => inDate(one, file, now)).find((message) => message !== undefined);
    if (wrong !== undefined) return left(wrong);
    return all[0] === undefined ? left(`${file} holds no certificate in PEM`) : right(all[0]);
  } catch (error) {
    return left(`${file} holds a certificate that cannot be read: ${(error as Error).message}`);
  }
};

const keyIn = (pem: string, file: string): Either<string, KeyObject> => {
  if (/ENCRYPTED/.test(pem)) return left(`the key in ${file} is encrypted; the gateway needs it without a passphrase`);
  try {
    return right(createPrivateKey(pem));
  } catch {
    return left(`${file} holds no private key in PEM`);
  }
};

/**
 * The pair if it can be served with now. Left is a sentence for people that names the file that is wrong.
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
    return left(`${certFile} and ${keyFile} cannot be served with: ${(error as Error).message}`);
  }
};
