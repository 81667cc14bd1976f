import { isDeepStrictEqual } from 'node:util';
import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js';
// A type import of the whole statement: `import { type … }` would still load the module, and etcd's client with it.
import type { EtcdTls } from '../etcd/client.js';
import { checkAuthorities } from '../tls/authorities.js';
import { checkKeyPair } from '../tls/key-pair.js';
import { textInFile } from './text-in-file.js';

/** The files of `--etcd-ca`, `--etcd-cert` and `--etcd-key`, as they were given. */
export interface EtcdTlsFiles {
  readonly etcdCa: string | undefined;
  readonly etcdCert: string | undefined;
  readonly etcdKey: string | undefined;
}

const authorityIn = (file: string): Either<string, EtcdTls> => {
  const pem = textInFile(file);
  if (isLeft(pem)) return pem;
  const checked = checkAuthorities(pem.right, file, Date.now());
  return isLeft(checked) ? checked : right({ rootCertificate: Buffer.from(checked.right) });
};

const ownIn = (certFile: string, keyFile: string): Either<string, EtcdTls> => {
  const [cert, key] = [textInFile(certFile), textInFile(keyFile)];
  if (isLeft(cert)) return cert;
  if (isLeft(key)) return key;
  const pair = checkKeyPair({ cert: cert.right, key: key.right }, { certFile, keyFile }, Date.now());
  if (isLeft(pair)) return pair;
  return right({ certChain: Buffer.from(pair.right.cert), privateKey: Buffer.from(pair.right.key) });
};

/** What the files hold, if it can be used now; undefined when none is given. Left is a sentence for people. */
export const readEtcdTls = ({ etcdCa, etcdCert, etcdKey }: EtcdTlsFiles): Either<string, EtcdTls | undefined> => {
  if ((etcdCert === undefined) !== (etcdKey === undefined))
    return left('--etcd-cert and --etcd-key are given together');
  const authority = etcdCa === undefined ? right({}) : authorityIn(etcdCa);
  if (isLeft(authority)) return authority;
  const own = etcdCert === undefined || etcdKey === undefined ? right({}) : ownIn(etcdCert, etcdKey);
  if (isLeft(own)) return own;
  const all = { ...authority.right, ...own.right };
  return right(Object.keys(all).length === 0 ? undefined : all);
};

/** Milliseconds from one look at the files to the next. */
const usualPeriodMs = 5_000;

/**
 * Tells what the files hold: looks at them when it is asked, but not more often than every `periodMs`. What cannot be
 * used is complained of once, and what was there before holds on: the files do not change at the same moment.
 *
 * @param first what they held
 */
export const renewedEtcdTls = (
  files: EtcdTlsFiles,
  first: EtcdTls,
  complain: (message: string) => void,
  periodMs = usualPeriodMs,
): (() => EtcdTls) => {
  let [held, complaint, lookedAt] = [first, '', performance.now()];
  return () => {
    if (performance.now() - lookedAt < periodMs) return held;
    lookedAt = performance.now();
    const read = readEtcdTls(files);
    const wrong = isLeft(read) ? read.left : '';
    if (wrong !== '' && wrong !== complaint) complain(wrong);
    complaint = wrong;
    if (!isLeft(read) && read.right && !isDeepStrictEqual(read.right, held)) held = read.right;
    return held;
  };
};
