import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Either, isLeft, left } from 'fp-ts/lib/Either.js';
import { checkKeyPair, type KeyPair, type KeyPairFiles } from './key-pair.js';

/** Milliseconds between two looks at the files. Looking finds what links of a mounted Secret hide from watches. */
const usualPeriodMs = 5_000;

const textOf = async (file: string): Promise<Either<string, string>> => {
  try {
    return { _tag: 'Right', right: await readFile(file, 'utf8') };
  } catch (error) {
    return left(`${file} cannot be read: ${(error as Error).message}`);
  }
};

/** The pair that the files hold, if it can be served with. Left is a sentence for people that names what is wrong. */
export const readKeyPair = async (files: KeyPairFiles): Promise<Either<string, KeyPair>> => {
  const cert = await textOf(files.certFile);
  if (isLeft(cert)) return cert;
  const key = await textOf(files.keyFile);
  if (isLeft(key)) return key;
  return checkKeyPair({ cert: cert.right, key: key.right }, files, Date.now());
};

/**
 * Every pair that comes into the files after `served`, until the signal aborts. What cannot be served with is
 * complained of once, and looked at again: the two files do not change at the same moment.
 */
export async function* followKeyPair(
  files: KeyPairFiles,
  served: KeyPair,
  complain: (message: string) => void,
  signal: AbortSignal,
  periodMs = usualPeriodMs,
): AsyncGenerator<KeyPair, void, undefined> {
  let [last, complaint] = [served, ''];
  for (;;) {
    const isOver = await sleep(periodMs, false, { signal, ref: false }).catch(() => true);
    if (isOver) return;
    const read = await readKeyPair(files);
    if (isLeft(read)) {
      if (read.left !== complaint) complain(read.left);
      complaint = read.left;
      continue;
    }
    complaint = '';
    if (read.right.cert === last.cert && read.right.key === last.key) continue;
    last = read.right;
    yield last;
  }
}
