import { setTimeout as sleep } from 'node:timers/promises';
import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js';
import { type Accepts } from './accepts.js';
import { environmentName } from './option.js';
import { textInFile } from './text-in-file.js';

/** Milliseconds between two looks at the file. Looking finds what links of a mounted Secret hide from watches. */
const usualPeriodMs = 5_000;

/** The file that a secret comes from; undefined where the variable itself holds it, or there is none. */
export const secretFile = (name: string, environment: NodeJS.ProcessEnv): string | undefined =>
  environment[environmentName(name)] ? undefined : environment[`${environmentName(name)}_FILE`] || undefined;

/** What a file holds as a secret. Left is a sentence for people, without that. */
const secretIn = (file: string): Either<string, string> => {
  const text = textInFile(file);
  if (isLeft(text)) return text;
  const secret = text.right.trim();
  return secret === '' ? left(`${file} is empty`) : right(secret);
};

const readSecret = <A>(file: string, codec: Accepts<A>): Either<string, A> => {
  const secret = secretIn(file);
  if (isLeft(secret)) return secret;
  const decoded = codec.decode(secret.right);
  return isLeft(decoded) ? left(`${file} is not usable; accepted: ${codec.name}`) : right(decoded.right);
};

/**
 * What the file holds, and whatever comes into it, until the signal aborts. What is not usable is complained of once,
 * and looked at again: until then what was there before holds.
 */
export async function* followSecretFile<A>(
  file: string,
  codec: Accepts<A>,
  complain: (message: string) => void,
  signal: AbortSignal,
  periodMs = usualPeriodMs,
): AsyncGenerator<A, void, undefined> {
  let [last, complaint] = [undefined as string | undefined, ''];
  for (;;) {
    const read = readSecret(file, codec);
    if (isLeft(read)) {
      if (read.left !== complaint) complain(read.left);
      complaint = read.left;
    } else {
      complaint = '';
      const shown = JSON.stringify(read.right);
      if (shown !== last) yield read.right;
      last = shown;
    }
    const isOver = await sleep(periodMs, false, { signal, ref: false }).catch(() => true);
    if (isOver) return;
  }
}

/**
 * Tells what the file holds by then. What is not usable is complained of once, and what was there before holds on.
 *
 * @param first what it held
 */
export const renewedSecret = (file: string, first: string, complain: (message: string) => void): (() => string) => {
  let [held, complaint] = [first, ''];
  return () => {
    const found = secretIn(file);
    if (isLeft(found)) {
      if (found.left !== complaint) complain(found.left);
      complaint = found.left;
    } else [held, complaint] = [found.right, ''];
    return held;
  };
};
